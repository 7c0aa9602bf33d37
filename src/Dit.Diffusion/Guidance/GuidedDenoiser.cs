using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Classifier-free guidance: unconditional + scale (conditional - unconditional) (Ho and Salimans 2021).</summary>
/// <remarks>Both halves are one batch of twice the size. At scale 1, or outside the interval of guidance, the unconditional half is not computed.</remarks>
public sealed class GuidedDenoiser : Denoiser
{
    private readonly NetworkDenoiser _inner;

    internal GuidedDenoiser(NetworkDenoiser denoiser, GuidanceOptions options) : base(Validated(denoiser).Schedule, denoiser.Prediction)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_inner, Options) = (denoiser, options.Validate(denoiser));
    }

    /// <summary>How the conditions are strengthened.</summary>
    public GuidanceOptions Options { get; }

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
        ArgumentNullException.ThrowIfNull(x);
        if (t > Options.ZeroAbove) return (0 * x, null);
        if ((Options.Scale == 1 && Options.SampleScales is null) || t <= Options.Interval.From || t > Options.Interval.To) return _inner.PredictWithVariance(x, t);
        using var scope = NewDisposeScope();
        using var _ = x.requires_grad ? null : no_grad();
        var (conditional, unconditional, variance) = Options.TwoPasses ? TwoPasses(x, t) : OnePass(x, t);
        return (Guide(conditional, unconditional).MoveToOuterDisposeScope(), variance?.MoveToOuterDisposeScope());
    }

    private (Tensor Conditional, Tensor Unconditional, Tensor? Variance) OnePass(Tensor x, double t)
    {
        var (both, variance) = _inner.Predict(cat([x, x]), t, cat([_inner.Labels!, Without()]));
        var halves = both.chunk(2);                                                                     // 2 x [B, C, H, W]
        return (halves[0], halves[1], variance?.chunk(2)[0]);
    }

    private (Tensor Conditional, Tensor Unconditional, Tensor? Variance) TwoPasses(Tensor x, double t)
    {
        var (conditional, variance) = _inner.Predict(x, t, _inner.Labels!);
        return (conditional, _inner.Predict(x, t, Without()).Prediction, variance);
    }

    private Tensor Without() => full_like(_inner.Labels!, _inner.NullClass!.Value);                     // [B, ...]

    private Tensor Guide(Tensor conditional, Tensor unconditional)                                      // [B, C, H, W] each
    {
        long[] perSample = [-1, .. Enumerable.Repeat(1L, (int)conditional.ndim - 1)];
        if (Options.FitsUnconditional)
        {
            var (c, u) = (conditional.flatten(1), unconditional.flatten(1));                            // [B, N]
            var fit = (c * u).sum(dim: 1) / (u.square().sum(dim: 1) + 1e-8);                            // [B]
            unconditional = fit.view(perSample) * unconditional;
        }
        var difference = conditional - unconditional;
        var guided = unconditional + (Options.SampleScales is { } scales
            ? tensor(scales.ToArray(), dtype: difference.dtype, device: difference.device).view(perSample) * difference
            : Options.Scale * difference);
        if (Options.Channels is { } channels && channels < conditional.shape[1])
            guided = cat([guided.narrow(1, 0, channels), conditional.narrow(1, channels, conditional.shape[1] - channels)], dim: 1);
        if (Options.Rescale == 0) return guided;
        var ratio = conditional.flatten(1).std(1) / (guided.flatten(1).std(1) + 1e-8);                  // [B]
        return guided * (1 + Options.Rescale * (ratio - 1)).view(perSample);
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
