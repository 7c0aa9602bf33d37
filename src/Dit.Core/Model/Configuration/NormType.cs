namespace Dit.Core;

/// <summary>How activations are normalised.</summary>
public enum NormType
{
    /// <summary>Zero mean and unit variance (Ba et al. 2016).</summary>
    LayerNorm,

    /// <summary>Unit mean square, with a gain per channel (Zhang and Sennrich 2019; LightningDiT).</summary>
    RmsNorm,

    /// <summary>Unit mean square, with one gain for all channels: Just-a-DiT's.</summary>
    ScaleNorm,
}
