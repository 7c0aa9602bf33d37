using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Timesteps;

public class TimestepSamplerTests
{
    private const int Count = 100_000;

    // z at the probabilities of Quantiles.
    private static readonly double[] Quantiles = [0.05, 0.25, 0.5, 0.75, 0.95];
    private static readonly double[] Normal = [-1.6448536, -0.6744898, 0, 0.6744898, 1.6448536];

    [Fact]
    public void Uniform_times_have_uniform_quantiles() => Check(new UniformTimesteps(), Quantiles);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-0.4, 1)]
    [InlineData(0.8, 0.5)]
    public void Logit_normal_times_have_the_quantiles_of_their_formula(double mean, double std) =>
        Check(new LogitNormalTimesteps(mean, std), Array.ConvertAll(Normal, z => 1 / (1 + Math.Exp(-(mean + std * z)))));

    [Fact]
    public void One_seed_gives_the_same_times()
    {
        foreach (var sampler in new ITimestepSampler[] { new UniformTimesteps(), new LogitNormalTimesteps() })
        {
            using var scope = NewDisposeScope();
            using var one = new Generator(7);
            using var two = new Generator(7);
            Assert.Equal(sampler.Sample(16, CPU, one).data<float>().ToArray(), sampler.Sample(16, CPU, two).data<float>().ToArray());
        }
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(0, 0)]
    [InlineData(0, -1)]
    [InlineData(0, double.PositiveInfinity)]
    public void Impossible_densities_are_refused(double mean, double std) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogitNormalTimesteps(mean, std));

    /// The sampling error of a quantile is sqrt(p (1 - p) / n) / density, at most 0.004 here; five times that fails about never.
    private static void Check(ITimestepSampler sampler, double[] expected)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var times = sampler.Sample(Count, CPU, generator);
        Assert.Equal([Count], times.shape);
        Assert.Equal(ScalarType.Float32, times.dtype);
        var sorted = times.data<float>().ToArray();
        Array.Sort(sorted);
        Assert.InRange(sorted[0], 0, 1);
        Assert.InRange(sorted[^1], 0, 1);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], sorted[(int)(Quantiles[i] * Count)], 0.02);
    }
}
