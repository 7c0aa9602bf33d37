using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Classifier-free guidance: unconditional + scale (conditional - unconditional), on all channels or the first few (Ho and Salimans 2021).</summary>
/// <remarks>Both halves are one batch of twice the size. At scale 1 the unconditional half is not computed.</remarks>
public sealed class GuidedDenoiser : Denoiser
{
    private readonly NetworkDenoiser _inner;

    internal GuidedDenoiser(NetworkDenoiser denoiser, double scale, int? channels = null) : base(Validated(denoiser).Schedule, denoiser.Prediction)
    {
        if (!double.IsFinite(scale) || scale < 0)
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The guidance scale must be finite and not negative; 1 means no guidance.");
        if (channels is < 1)
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "Guide at least one channel; null guides all.");
        _inner = denoiser;
        Channels = channels;
        Scale = scale;
    }

    /// <summary>How strongly the labels count: 1 is no guidance.</summary>
    public double Scale { get; }

    /// <summary>How many channels are guided, from the first; null: all. The others are those of the conditional prediction.</summary>
    public int? Channels { get; }

    /// <inheritdoc/>
    public override Tensor Predict(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        return PredictWithVariance(x, t).Prediction.MoveToOuterDisposeScope();
    }

    /// <summary>The guided prediction; a learned variance is the conditional one.</summary>
    /// <inheritdoc/>
    public override (Tensor Prediction, Tensor? Variance) PredictWithVariance(Tensor x, double t)
    {
        if (Scale == 1) return _inner.PredictWithVariance(x, t);
        ArgumentNullException.ThrowIfNull(x);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var labels = _inner.Labels!;                                                                    // [B]
        var (both, variance) = _inner.Predict(cat([x, x]), t, cat([labels, full_like(labels, _inner.NullClass!.Value)]));
        var halves = both.chunk(2);
        return (Guide(halves[0], halves[1]).MoveToOuterDisposeScope(), variance?.chunk(2)[0].MoveToOuterDisposeScope());
    }

    private Tensor Guide(Tensor conditional, Tensor unconditional)                                      // [B, C, H, W] each
    {
        if (Channels is not { } channels || channels >= conditional.shape[1]) return unconditional + Scale * (conditional - unconditional);
        var guided = unconditional.narrow(1, 0, channels) + Scale * (conditional - unconditional).narrow(1, 0, channels);    // [B, channels, H, W]
        return cat([guided, conditional.narrow(1, channels, conditional.shape[1] - channels)], dim: 1);
    }

    private static NetworkDenoiser Validated(NetworkDenoiser denoiser)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        if (denoiser.Labels is null)
            throw new InvalidOperationException(
                "Guidance strengthens labels, and this denoiser has none: give DenoisingObjective.Denoiser a model with classes, and labels.");
        if (denoiser.NullClass is null)
            throw new InvalidOperationException(
                "Guidance compares with the prediction for no label, which this model never learned: train it with LabelDropout > 0 (0.1 is usual).");
        return denoiser;
    }
}
