using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>A pretrained encoder whose features of the clean images are kept beside the latents, for representation alignment (Yu et al. 2025).</summary>
public sealed class FeatureEncoder
{
    /// <param name="name">Says which encoder it is, weights included; features of encoders with different names are not mixed.</param>
    /// <param name="encode">
    /// From images [B, C, H, W] in [-1, 1], on the device of <see cref="LatentCacheOptions.Device"/>, to features [B, T, F], one per token of the model,
    /// row by row; the caller owns them.
    /// </param>
    public FeatureEncoder(string name, Func<Tensor, Tensor> encode)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(encode);
        (Name, Encode) = (name, encode);
    }

    /// <summary>Which encoder it is.</summary>
    public string Name { get; }

    /// <summary>From images [B, C, H, W] to features [B, T, F].</summary>
    public Func<Tensor, Tensor> Encode { get; }
}
