using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Says which noise goes with which image of a batch. Images and labels stay where they are, so that labels follow the data.</summary>
public interface ICoupling
{
    /// <summary>Pairs a batch.</summary>
    /// <param name="clean">Data, [B, ...].</param>
    /// <param name="noise">Noise, [B, ...], of the same shape.</param>
    /// <param name="generator">Random source, on their device; null: libtorch's own.</param>
    /// <returns>For each image the index of its noise, [B] int64, on their device; the caller owns it.</returns>
    Tensor Pair(Tensor clean, Tensor noise, Generator? generator = null);
}
