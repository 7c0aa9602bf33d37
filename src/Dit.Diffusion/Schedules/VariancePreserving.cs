using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>DDPM with infinitely many steps, whose beta rises linearly: the "VP" path (Song et al. 2021, appendix C; SiT).</summary>
/// <remarks>
/// alpha = exp(-t^2 (last - first) / 4 - t first / 2), sigma^2 = 1 - alpha^2. A little of the data is left at t = 1, and the derivative of sigma is infinite
/// at t = 0: a network that predicts <see cref="Prediction.FlowVelocity"/> is trained on times a little above (<c>.Within(1e-5, 1)</c> as in SiT).
/// </remarks>
public sealed class VariancePreserving : INoiseSchedule
{
    /// <param name="first">beta at the data, above 0.</param>
    /// <param name="last">beta at the noise, at least the first.</param>
    /// <exception cref="ArgumentOutOfRangeException">They are not finite, or not in this order.</exception>
    public VariancePreserving(double first = 0.1, double last = 20)
    {
        if (!(first > 0) || !double.IsFinite(first)) throw new ArgumentOutOfRangeException(nameof(first), first, "The first beta must be finite and above 0.");
        if (!(last >= first) || !double.IsFinite(last))
            throw new ArgumentOutOfRangeException(nameof(last), last, $"The last beta must be finite and at least the first, {first}.");
        (First, Last) = (first, last);
    }

    /// <summary>beta at the data.</summary>
    public double First { get; }

    /// <summary>beta at the noise.</summary>
    public double Last { get; }

    /// <inheritdoc/>
    public double Alpha(double t) => Math.Exp(LogAlpha(t));

    /// <inheritdoc/>
    public double Sigma(double t) => Math.Sqrt(-double.ExpM1(2 * LogAlpha(t)));

    /// <inheritdoc/>
    public double AlphaDerivative(double t) => -0.5 * Beta(t) * Alpha(t);

    /// <inheritdoc/>
    public double SigmaDerivative(double t) => 0.5 * Beta(t) * Math.Exp(2 * LogAlpha(t)) / Sigma(t);

    /// <inheritdoc/>
    public double LogSnr(double t) => 2 * LogAlpha(t) - Math.Log(-double.ExpM1(2 * LogAlpha(t)));

    /// <inheritdoc/>
    public double TimeFromLogSnr(double logSnr)
    {
        var fall = double.LogP1(Math.Exp(-logSnr));                               // -ln alpha^2 = t^2 (last - first) / 2 + t first
        if (double.IsInfinity(fall)) return 1;
        return Math.Min(2 * fall / (First + Math.Sqrt(First * First + 2 * (Last - First) * fall)), 1);
    }

    /// <inheritdoc/>
    public PathCoefficients At(Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        var logAlpha = -0.25 * (Last - First) * t * t - 0.5 * First * t;
        var beta = First + (Last - First) * t;
        var (alpha, sigma) = (logAlpha.exp(), (-(2 * logAlpha).expm1()).sqrt());
        return new PathCoefficients(alpha, sigma, -0.5 * beta * alpha, 0.5 * beta * alpha * alpha / sigma).MoveToOuterDisposeScope();
    }

    private double LogAlpha(double t) => -0.25 * (Last - First) * t * t - 0.5 * First * t;

    private double Beta(double t) => First + (Last - First) * t;
}
