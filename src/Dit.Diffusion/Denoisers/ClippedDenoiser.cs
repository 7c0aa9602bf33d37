using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>A denoiser whose expected data is held within the range of images; noise and velocity follow from it.</summary>
/// <remarks>For models of pixels (Ho et al. 2020: <c>clip_denoised</c>). Latents have no range, so models of latents are sampled without.</remarks>
public sealed class ClippedDenoiser : Denoiser
{
    private readonly Denoiser _inner;

    internal ClippedDenoiser(Denoiser inner, double limit) : base(Validated(inner).Schedule, Prediction.Sample)
    {
        if (!double.IsFinite(limit) || limit <= 0) throw new ArgumentOutOfRangeException(nameof(limit), limit, "The limit must be finite and above 0.");
        _inner = inner;
        Limit = limit;
    }

    /// <summary>The data is held within -Limit and Limit.</summary>
    public double Limit { get; }

    /// <inheritdoc/>
    public override Tensor Predict(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        return _inner.Clean(x, t).clamp(-Limit, Limit).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override (Tensor Prediction, Tensor? Variance) PredictWithVariance(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (prediction, variance) = _inner.PredictWithVariance(x, t);
        return (_inner.CleanFrom(x, t, prediction).clamp(-Limit, Limit).MoveToOuterDisposeScope(), variance?.MoveToOuterDisposeScope());
    }

    private static Denoiser Validated(Denoiser denoiser)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        return denoiser;
    }
}
