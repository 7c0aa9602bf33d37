using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Autoguidance: away from a worse model of the same data and conditions (Karras et al. 2024): worse + scale (better - worse).</summary>
/// <remarks>The worse model is usually smaller and trained for less time. It needs no null class.</remarks>
public sealed class AutoGuidedDenoiser : Denoiser
{
    private readonly Denoiser _better;
    private readonly Denoiser _worse;

    internal AutoGuidedDenoiser(Denoiser better, Denoiser worse, double scale) : base(Validated(better).Schedule, better.Prediction)
    {
        ArgumentNullException.ThrowIfNull(worse);
        if (worse.Prediction != better.Prediction || worse.Schedule.GetType() != better.Schedule.GetType())
            throw new ArgumentException(
                $"The models cannot be compared: one predicts {better.Prediction} on {better.Schedule.GetType().Name}, the other {worse.Prediction} on " +
                $"{worse.Schedule.GetType().Name}. Train both with the same objective.", nameof(worse));
        if (!double.IsFinite(scale) || scale < 0)
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The guidance scale must be finite and not negative; 1 means no guidance.");
        (_better, _worse, Scale) = (better, worse, scale);
    }

    /// <summary>How far from the worse model: 1 is the better one alone.</summary>
    public double Scale { get; }

    /// <inheritdoc/>
    public override Tensor Predict(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        return PredictWithVariance(x, t).Prediction.MoveToOuterDisposeScope();
    }

    /// <summary>The guided prediction; a learned variance is the better model's.</summary>
    /// <inheritdoc/>
    public override (Tensor Prediction, Tensor? Variance) PredictWithVariance(Tensor x, double t)
    {
        if (Scale == 1) return _better.PredictWithVariance(x, t);
        using var scope = NewDisposeScope();
        using var _ = x.requires_grad ? null : no_grad();
        var (better, variance) = _better.PredictWithVariance(x, t);                                     // [B, C, H, W]
        var worse = _worse.Predict(x, t);                                                               // [B, C, H, W]
        return ((worse + Scale * (better - worse)).MoveToOuterDisposeScope(), variance?.MoveToOuterDisposeScope());
    }

    private static Denoiser Validated(Denoiser denoiser)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        return denoiser;
    }
}
