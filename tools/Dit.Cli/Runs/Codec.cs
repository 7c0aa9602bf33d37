using Dit.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Cli;

/// <summary>The autoencoder of a run, or none.</summary>
internal static class Codec
{
    /// <summary>Loads the autoencoder.</summary>
    /// <param name="name">A file, a folder or the name of a download; null for pixels.</param>
    /// <param name="device">Where to.</param>
    public static AutoencoderKL? Load(string? name, Device device) => name is null ? null : AutoencoderKL.Load(Downloads.Resolve(name)).to(device);

    /// <summary>Images of what a model draws.</summary>
    /// <param name="codec">The autoencoder; null for pixels.</param>
    /// <param name="samples">[B, C, h, w].</param>
    /// <returns>[B, 1 or 3, H, W], which the caller owns.</returns>
    public static Tensor Images(this AutoencoderKL? codec, Tensor samples) => codec is null ? samples.alias() : codec.Decode(samples);
}
