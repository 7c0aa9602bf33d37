using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Noise of one seed per sample: the same seed gives the same noise in any batch and at any place in it.</summary>
public sealed class SeededNoise : INoiseSource
{
    private readonly ulong[] _seeds;

    /// <param name="seeds">One seed per sample.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public SeededNoise(params IEnumerable<ulong> seeds)
    {
        ArgumentNullException.ThrowIfNull(seeds);
        _seeds = [.. seeds];
        if (_seeds.Length == 0) throw new ArgumentException("Give a seed for each sample.", nameof(seeds));
    }

    /// <summary>The noise to start from.</summary>
    /// <param name="shape">The shape of one sample, such as [C, H, W].</param>
    /// <returns>float32, [B, C, H, W], in host memory, drawn as the first of each seed's stream; the caller owns it.</returns>
    public Tensor Initial(params long[] shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        using var scope = NewDisposeScope();
        using var stream = new Stream(_seeds, streamsApart: 0);
        return stream.Next(zeros([_seeds.Length, .. shape])).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>What it draws is independent of <see cref="Initial"/>.</remarks>
    public INoiseDraws Start(Tensor initial)
    {
        ArgumentNullException.ThrowIfNull(initial);
        if (initial.shape[0] != _seeds.Length)
            throw new ArgumentException($"There are {_seeds.Length} seeds for {initial.shape[0]} samples. Give one for each.", nameof(initial));
        return new Stream(_seeds, streamsApart: 0x9E3779B97F4A7C15);
    }

    private sealed class Stream(ulong[] seeds, ulong streamsApart) : INoiseDraws
    {
        private readonly Generator[] _generators = [.. seeds.Select(seed => new Generator(seed ^ streamsApart))];

        public Tensor Next(Tensor like)
        {
            using var scope = NewDisposeScope();
            long[] one = [.. like.shape.Skip(1)];
            var parts = _generators.Select(generator => randn(one, dtype: like.dtype, generator: generator));
            return stack(parts).to(like.device).MoveToOuterDisposeScope();                              // [B, C, H, W]
        }

        public void Dispose()
        {
            foreach (var generator in _generators) generator.Dispose();
        }
    }
}
