using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Counts of values in buckets of equal width.</summary>
/// <param name="Min">Where the first bucket starts.</param>
/// <param name="Max">Where the last bucket ends, itself included.</param>
/// <param name="Counts">Values in each bucket; empty where there are no values.</param>
internal sealed record Histogram(double Min, double Max, long[] Counts)
{
    /// <summary>What TensorBoard shows.</summary>
    public const int Buckets = 30;

    public double Width => (Max - Min) / Counts.Length;

    /// <summary>Counts values; those that are not finite are left out.</summary>
    public static Histogram Of(ReadOnlySpan<float> values)
    {
        var (min, max, finite) = (double.PositiveInfinity, double.NegativeInfinity, 0L);
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
                continue;
            (min, max, finite) = (Math.Min(min, value), Math.Max(max, value), finite + 1);
        }
        if (finite == 0)
            return new(0, 0, []);
        if (min == max)
            return new(min - 0.5, max + 0.5, [finite]);

        var counts = new long[Buckets];
        var scale = Buckets / (max - min);
        foreach (var value in values)
            if (float.IsFinite(value))
                counts[Math.Min((int)((value - min) * scale), Buckets - 1)]++;
        return new(min, max, counts);
    }

    /// <summary>The values of a tensor of any shape, type and device; it waits for the device.</summary>
    public static float[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        return tensor.detach().to(float32).cpu().contiguous().data<float>().ToArray();
    }
}
