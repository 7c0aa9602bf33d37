namespace Dit.Data;

/// <summary>Standard normal numbers of an image in an epoch, whatever batch, worker or rank draws them.</summary>
internal static class NormalNoise
{
    private const float Unit = 1f / (1 << 24);
    private const ulong Stream = 2;

    /// <summary>values + deviations * noise, in place (Box and Muller 1958).</summary>
    public static void AddTo(Span<float> values, ReadOnlySpan<float> deviations, ulong seed)
    {
        var source = new SplitMix64(SplitMix64.Mix(seed, Stream));
        for (var i = 0; i < values.Length; i += 2)
        {
            var bits = source.Next();
            var radius = MathF.Sqrt(-2 * MathF.Log(((uint)(bits >> 40) + 0.5f) * Unit));
            var (sin, cos) = MathF.SinCos(2 * MathF.PI * ((uint)(bits >> 8 & 0xFFFFFF) * Unit));
            values[i] += deviations[i] * radius * cos;
            if (i + 1 < values.Length) values[i + 1] += deviations[i + 1] * radius * sin;
        }
    }
}
