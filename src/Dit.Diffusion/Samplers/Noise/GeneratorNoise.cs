using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Noise of one generator for the whole batch.</summary>
/// <param name="generator">The generator, on the samples' device; null: libtorch's own.</param>
public sealed class GeneratorNoise(Generator? generator = null) : INoiseSource
{
    /// <inheritdoc/>
    public INoiseDraws Start(Tensor initial) => new Stream(generator);

    private sealed class Stream(Generator? generator) : INoiseDraws
    {
        public Tensor Next(Tensor like) => randn(like.shape, dtype: like.dtype, device: like.device, generator: generator);

        public void Dispose()
        {
        }
    }
}
