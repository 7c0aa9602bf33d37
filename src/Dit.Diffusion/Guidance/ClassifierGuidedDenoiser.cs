using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>A denoiser with the score of another distribution added: eps - sigma grad ln p(y | x_t) (Dhariwal and Nichol 2021, algorithm 2).</summary>
/// <remarks>
/// In terms of the data, x_0 + sigma^2 / alpha grad ln p(y | x_t). Where nothing of the data is left in the state, alpha = 0, neither can a classifier tell
/// anything, and the prediction is the plain one. Clipping comes before: <c>denoiser.Clipped().GuidedBy(gradient)</c>.
/// </remarks>
public sealed class ClassifierGuidedDenoiser : Denoiser
{
    private readonly Denoiser _inner;
    private readonly Func<Tensor, double, Tensor> _gradient;

    internal ClassifierGuidedDenoiser(Denoiser denoiser, Func<Tensor, double, Tensor> gradient) : base(Validated(denoiser).Schedule, denoiser.Prediction)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        (_inner, _gradient) = (denoiser, gradient);
    }

    /// <inheritdoc/>
    public override Tensor Predict(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        return Guide(x, t, _inner.Predict(x, t)).MoveToOuterDisposeScope();
    }

    /// <summary>The guided prediction; a learned variance is the plain one.</summary>
    /// <inheritdoc/>
    public override (Tensor Prediction, Tensor? Variance) PredictWithVariance(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        var (prediction, variance) = _inner.PredictWithVariance(x, t);
        return (Guide(x, t, prediction).MoveToOuterDisposeScope(), variance?.MoveToOuterDisposeScope());
    }

    private Tensor Guide(Tensor x, double t, Tensor prediction)
    {
        var (alpha, sigma) = (Schedule.Alpha(t), Schedule.Sigma(t));
        if (alpha == 0) return prediction.alias();
        var (ofData, ofNoise) = Prediction.At(Schedule, t);
        return prediction + sigma * (ofData * sigma / alpha - ofNoise) * _gradient(x, t);                // [B, C, H, W]
    }

    private static Denoiser Validated(Denoiser denoiser)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        return denoiser;
    }
}
