using System.Runtime.InteropServices;

namespace Dit.Data;

/// <summary>Random numbers for one image: the same for the same seed in every version of .NET (SplitMix64).</summary>
/// <param name="seed">Differs from image to image and from epoch to epoch, as the bits do that a loader hands to a transform.</param>
public sealed class AugmentationRandom(ulong seed) : Random
{
    private SplitMix64 _source = new(seed);

    /// <summary>The numbers of one image in one epoch, whatever thread reads it and in which order.</summary>
    /// <param name="seed">Of the run.</param>
    /// <param name="epoch">The pass through the data.</param>
    /// <param name="index">The image.</param>
    public AugmentationRandom(ulong seed, long epoch, long index) : this(SplitMix64.Mix(SplitMix64.Mix(seed, (ulong)epoch), (ulong)index))
    {
    }

    /// <inheritdoc/>
    public override double NextDouble() => (_source.Next() >> 11) * (1.0 / (1L << 53));

    /// <inheritdoc/>
    public override float NextSingle() => (_source.Next() >> 40) * (1f / (1 << 24));

    /// <inheritdoc/>
    public override int Next() => Next(int.MaxValue);

    /// <inheritdoc/>
    public override int Next(int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxValue);
        return maxValue == 0 ? 0 : (int)_source.Next((uint)maxValue);
    }

    /// <inheritdoc/>
    public override int Next(int minValue, int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        var range = (uint)((long)maxValue - minValue);
        return range == 0 ? minValue : (int)(minValue + (long)_source.Next(range));
    }

    /// <inheritdoc/>
    public override long NextInt64() => NextInt64(0, long.MaxValue);

    /// <inheritdoc/>
    public override long NextInt64(long maxValue) => NextInt64(0, maxValue);

    /// <inheritdoc/>
    public override long NextInt64(long minValue, long maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        var range = (ulong)(maxValue - minValue);
        return range == 0 ? minValue : minValue + (long)Math.BigMul(_source.Next(), range, out _);
    }

    /// <inheritdoc/>
    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    /// <inheritdoc/>
    public override void NextBytes(Span<byte> buffer)
    {
        for (; buffer.Length >= sizeof(ulong); buffer = buffer[sizeof(ulong)..]) MemoryMarshal.Write(buffer, _source.Next());
        foreach (ref var b in buffer) b = (byte)_source.Next();
    }

    /// <inheritdoc/>
    protected override double Sample() => NextDouble();
}
