using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>The straight path of rectified flow: x_t = (1 - t) x_0 + t eps (Liu et al. 2023; SD3, section 2).</summary>
public sealed class RectifiedFlow : INoiseSchedule
{
    /// <inheritdoc/>
    public double Alpha(double t) => 1 - t;

    /// <inheritdoc/>
    public double Sigma(double t) => t;

    /// <inheritdoc/>
    public double AlphaDerivative(double t) => -1;

    /// <inheritdoc/>
    public double SigmaDerivative(double t) => 1;

    /// <inheritdoc/>
    public double TimeFromLogSnr(double logSnr) => 1 / (1 + Math.Exp(logSnr / 2));

    /// <inheritdoc/>
    public PathCoefficients At(Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        return new(1 - t, t.alias(), full_like(t, -1), ones_like(t));
    }
}
