using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>A quarter of a circle: x_t = cos(pi t / 2) x_0 + sin(pi t / 2) eps, of constant variance (Albergo and Vanden-Eijnden 2023; SiT's "GVP").</summary>
public sealed class TrigonometricPath : INoiseSchedule
{
    private const double Quarter = Math.PI / 2;

    /// <inheritdoc/>
    public double Alpha(double t) => double.CosPi(t / 2);

    /// <inheritdoc/>
    public double Sigma(double t) => double.SinPi(t / 2);

    /// <inheritdoc/>
    public double AlphaDerivative(double t) => -Quarter * Sigma(t);

    /// <inheritdoc/>
    public double SigmaDerivative(double t) => Quarter * Alpha(t);

    /// <inheritdoc/>
    public double TimeFromLogSnr(double logSnr) => 2 * double.AtanPi(Math.Exp(-logSnr / 2));

    /// <inheritdoc/>
    public PathCoefficients At(Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        var (alpha, sigma) = ((Quarter * (1 - t)).sin(), (Quarter * t).sin());     // no cosine, which loses digits near its zero
        return new PathCoefficients(alpha, sigma, -Quarter * sigma, Quarter * alpha).MoveToOuterDisposeScope();
    }
}
