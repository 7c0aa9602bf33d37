using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// A denoiser whose expected data is brought into the range of images sample by sample: held within a quantile of its own magnitudes, and divided by
/// it (Saharia et al. 2022, section 2.3: dynamic thresholding). Noise and velocity follow from it.
/// </summary>
/// <remarks>For models of pixels under strong guidance, which saturate when they are merely clipped.</remarks>
public sealed class ThresholdedDenoiser : Denoiser
{
    private readonly Denoiser _inner;

    internal ThresholdedDenoiser(Denoiser inner, double quantile, double most) : base(Validated(inner).Schedule, Prediction.Sample)
    {
        if (quantile is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(quantile), quantile, "The quantile must be above 0 and at most 1; 0.995 is usual.");
        if (!(most >= 1)) throw new ArgumentOutOfRangeException(nameof(most), most, "The largest threshold must be at least 1, the range of images.");
        (_inner, Quantile, Most) = (inner, quantile, most);
    }

    /// <summary>Which quantile of a sample's magnitudes is its threshold; at least 1.</summary>
    public double Quantile { get; }

    /// <summary>The largest threshold.</summary>
    public double Most { get; }

    /// <inheritdoc/>
    public override Tensor Predict(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        return Threshold(_inner.Clean(x, t)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override (Tensor Prediction, Tensor? Variance) PredictWithVariance(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (prediction, variance) = _inner.PredictWithVariance(x, t);
        return (Threshold(_inner.CleanFrom(x, t, prediction)).MoveToOuterDisposeScope(), variance?.MoveToOuterDisposeScope());
    }

    private Tensor Threshold(Tensor clean)                                                      // [B, C, H, W]
    {
        var magnitudes = clean.flatten(start_dim: 1).abs().sort(dim: 1).Values;                 // [B, C H W]
        var position = Quantile * (magnitudes.shape[1] - 1);
        var below = (long)position;
        var above = Math.Min(below + 1, magnitudes.shape[1] - 1);
        var threshold = magnitudes.select(1, below) + (position - below) * (magnitudes.select(1, above) - magnitudes.select(1, below));     // [B]
        threshold = threshold.clamp(1, Most).view([-1, .. Enumerable.Repeat(1L, (int)clean.ndim - 1)]);                                    // [B, 1, 1, 1]
        return clean.maximum(-threshold).minimum(threshold) / threshold;
    }

    private static Denoiser Validated(Denoiser denoiser)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        return denoiser;
    }
}
