using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Takes images to the latents that a diffusion model works on, and back.</summary>
/// <remarks>Latents are scaled: about unit variance, as the model is trained on them. Nothing here builds a graph.</remarks>
public interface ILatentCodec
{
    /// <value>Channels of the latents, C.</value>
    int LatentChannels { get; }

    /// <value>Height and width of an image per height and width of its latents, f; images are multiples of it. At least 1.</value>
    int DownsamplingFactor { get; }

    /// <summary>Takes images to scaled latents.</summary>
    /// <param name="images">Images in [-1, 1], [B, channels, H, W], of any floating type; f divides H and W.</param>
    /// <param name="generator">What a codec that samples its latents draws from; by default torch's global generator.</param>
    /// <returns>Scaled latents, [B, C, H/f, W/f], of the images' type, which the caller owns.</returns>
    /// <exception cref="ArgumentException">The images do not fit the codec.</exception>
    Tensor Encode(Tensor images, Generator? generator = null);

    /// <summary>Takes scaled latents to images.</summary>
    /// <param name="latents">Scaled latents, [B, C, h, w], of any floating type.</param>
    /// <returns>
    /// Images, [B, channels, h f, w f], of the latents' type, which the caller owns. They are meant for [-1, 1]; a decoder may
    /// overshoot a little, which is left for the conversion to pixels to clamp.
    /// </returns>
    /// <exception cref="ArgumentException">The latents do not fit the codec.</exception>
    Tensor Decode(Tensor latents);

    /// <summary>The distributions of images' scaled latents, where the codec has such, so that they can be stored and sampled anew later.</summary>
    /// <param name="images">Images in [-1, 1], [B, channels, H, W], of any floating type; f divides H and W.</param>
    /// <returns>Distributions over [B, C, H/f, W/f], which the caller owns; <see langword="null"/> (the default) for a codec without.</returns>
    /// <exception cref="ArgumentException">The images do not fit the codec.</exception>
    DiagonalGaussian? EncodeDistribution(Tensor images) => null;

    /// <summary>Says in a line which codec this is. Latents of codecs that say different things are not mixed.</summary>
    /// <returns>Unless overridden, the type's name and the shape of the latents; a codec with weights names them by a checksum.</returns>
    string Describe() => $"{GetType().Name}, {LatentChannels} channels at 1/{DownsamplingFactor}";
}
