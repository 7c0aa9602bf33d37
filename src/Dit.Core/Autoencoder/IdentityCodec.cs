using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Pixel space: the latents are the images.</summary>
public sealed class IdentityCodec : ILatentCodec
{
    /// <summary>Creates the codec.</summary>
    /// <param name="channels">Channels of the images; positive. Default 3.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public IdentityCodec(int channels = 3)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        LatentChannels = channels;
    }

    /// <inheritdoc/>
    public int LatentChannels { get; }

    /// <value>1.</value>
    public int DownsamplingFactor => 1;

    /// <summary>Copies images.</summary>
    /// <param name="images">Images in [-1, 1], [B, C, H, W], of any floating type.</param>
    /// <param name="generator">Not used.</param>
    /// <returns>The same numbers, which the caller owns.</returns>
    /// <exception cref="ArgumentException">The images do not fit the codec.</exception>
    public Tensor Encode(Tensor images, Generator? generator = null) => Copy(images, nameof(images));

    /// <summary>Copies latents.</summary>
    /// <param name="latents">Latents, [B, C, H, W], of any floating type.</param>
    /// <returns>The same numbers, which the caller owns.</returns>
    /// <exception cref="ArgumentException">The latents do not fit the codec.</exception>
    public Tensor Decode(Tensor latents) => Copy(latents, nameof(latents));

    private Tensor Copy(Tensor x, string parameter)
    {
        CodecInputs.Check(x, LatentChannels, multiple: 1, "IdentityCodec.LatentChannels", parameter);
        using var guard = no_grad();
        return x.clone();
    }
}
