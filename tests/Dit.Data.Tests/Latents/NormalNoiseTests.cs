namespace Dit.Data.Tests.Latents;

public sealed class NormalNoiseTests
{
    /// <summary>Each pair of numbers is a radius and an angle of 24 bits each of one number of the generator (Box and Muller), computed here in double.</summary>
    [Theory, InlineData(4096, 1), InlineData(16, 2), InlineData(37, 3), InlineData(5, 4)]
    public void Numbers_are_Box_and_Mullers(int count, ulong seed)
    {
        var (values, deviations) = (new float[count], new float[count]);
        for (var i = 0; i < count; i++) (values[i], deviations[i]) = (i % 3, 1 + i % 2);
        var whole = new float[count + 16];
        NormalNoise.AddTo(values, deviations, seed);
        NormalNoise.AddTo(whole, Enumerable.Repeat(1f, count + 16).ToArray(), seed);

        var source = new SplitMix64(SplitMix64.Mix(seed, 2));
        for (var block = 0; block < count; block += 16)
            for (var pair = 0; pair < 8; pair++)
            {
                var bits = source.Next();
                var radius = Math.Sqrt(-2 * Math.Log(((bits >> 40) + 0.5) / (1 << 24)));
                var angle = 2 * Math.PI * (bits >> 8 & 0xFFFFFF) / (1 << 24);
                Check(block + pair, radius * Math.Cos(angle), radius);
                Check(block + 8 + pair, radius * Math.Sin(angle), radius);
            }

        void Check(int place, double noise, double radius)
        {
            if (place >= count) return;
            Assert.Equal(noise, whole[place], radius < 0.05 ? 4e-4 : 4e-6);                     // near a radius of 0 the rounding of 1 - 2^-25 shows
            Assert.Equal(place % 3 + (1 + place % 2) * whole[place], values[place], 2e-6);
        }
    }

    /// <summary>Moments, tails and independence of neighbours, over two million numbers.</summary>
    [Fact]
    public void Numbers_are_normal()
    {
        const int Images = 500, Length = 4096;
        var (noise, ones) = (new float[Images * Length], Enumerable.Repeat(1f, Length).ToArray());
        for (var i = 0; i < Images; i++) NormalNoise.AddTo(noise.AsSpan(i * Length, Length), ones, (ulong)i);
        const double N = Images * Length;
        Assert.InRange(noise.Average(x => (double)x), -4 / Math.Sqrt(N), 4 / Math.Sqrt(N));
        Assert.InRange(noise.Average(x => (double)x * x), 1 - 4 * Math.Sqrt(2 / N), 1 + 4 * Math.Sqrt(2 / N));
        Assert.InRange(noise.Average(x => Math.Pow(x, 4)), 3 - 4 * Math.Sqrt(96 / N), 3 + 4 * Math.Sqrt(96 / N));
        foreach (var (limit, share) in new[] { (1, 0.317311), (2, 0.0455003), (3, 0.0026998), (4, 6.334e-5) })
            Assert.InRange(noise.Count(x => Math.Abs(x) > limit) / N, share - 4 * Math.Sqrt(share / N), share + 4 * Math.Sqrt(share / N));
        foreach (var distance in new[] { 1, 8, 16, Length })
            Assert.InRange(noise.Zip(noise.Skip(distance), (a, b) => (double)a * b).Sum() / N, -4 / Math.Sqrt(N), 4 / Math.Sqrt(N));
    }
}
