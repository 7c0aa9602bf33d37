using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Where training gets its times from. For a density of one's own, <see cref="TimestepDensity"/> brings more.</summary>
public interface ITimestepSampler
{
    /// <summary>Draws times.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="device">Where the result is to live.</param>
    /// <param name="generator">Random source, on the same device; null: libtorch's own.</param>
    /// <returns>Times in [0, 1], [count], float32; the caller owns them.</returns>
    Tensor Sample(long count, Device device, Generator? generator = null);
}
