using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// The straight path that keeps a little noise at the data: x_t = (1 - t) x_0 + (s + (1 - s) t) eps (Lipman et al. 2023, equations 20 to 22, "OT paths";
/// torchcfm's TargetConditionalFlowMatcher).
/// </summary>
public sealed class ConditionalOptimalPath : INoiseSchedule
{
    /// <param name="smallest">The noise at the data, s, in [0, 1). Default 1e-5; 0 is <see cref="RectifiedFlow"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public ConditionalOptimalPath(double smallest = 1e-5)
    {
        if (smallest is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(smallest), smallest, "The noise at the data must be at least 0 and below 1.");
        Smallest = smallest;
    }

    /// <summary>The noise at the data.</summary>
    public double Smallest { get; }

    /// <inheritdoc/>
    public double Alpha(double t) => 1 - t;

    /// <inheritdoc/>
    public double Sigma(double t) => Smallest + (1 - Smallest) * t;

    /// <inheritdoc/>
    public double AlphaDerivative(double t) => -1;

    /// <inheritdoc/>
    public double SigmaDerivative(double t) => 1 - Smallest;

    /// <inheritdoc/>
    public double TimeFromLogSnr(double logSnr)
    {
        if (double.IsNegativeInfinity(logSnr)) return 1;
        var ratio = Math.Exp(-logSnr / 2);                                         // sigma / alpha
        return double.IsFinite(ratio) ? Math.Clamp((ratio - Smallest) / (1 - Smallest + ratio), 0, 1) : 1;
    }

    /// <inheritdoc/>
    public PathCoefficients At(Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        return new((1 - t).MoveToOuterDisposeScope(), (Smallest + (1 - Smallest) * t).MoveToOuterDisposeScope(),
            full_like(t, -1).MoveToOuterDisposeScope(), full_like(t, 1 - Smallest).MoveToOuterDisposeScope());
    }
}
