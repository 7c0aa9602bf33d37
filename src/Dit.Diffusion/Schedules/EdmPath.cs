using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>EDM's path x_0 + s eps with s = t / (1 - t), divided by sqrt(1 + s^2) so that it starts from N(0, 1) (Karras et al. 2022).</summary>
/// <remarks>
/// <para>
/// EDM in full is <see cref="DenoisingObjective.Edm"/>: this path, <see cref="EdmPreconditioning"/> around the network, <see cref="EdmWeighting"/>, and
/// <see cref="LogitNormalTimesteps"/> with mean -1.2 and std 1.2, which is EDM's lognormal density of s.
/// </para>
/// <para>What a network is told is EDM's c_noise = ln(s) / 4, with s held within [0.002, 80], between which EDM samples.</para>
/// </remarks>
public sealed class EdmPath : INoiseSchedule
{
    private const double LeastNoise = 0.002, MostNoise = 80;

    /// <inheritdoc/>
    public double Alpha(double t) => (1 - t) / Length(t);

    /// <inheritdoc/>
    public double Sigma(double t) => t / Length(t);

    /// <inheritdoc/>
    public double AlphaDerivative(double t) => -t / Math.Pow(Length(t), 3);

    /// <inheritdoc/>
    public double SigmaDerivative(double t) => (1 - t) / Math.Pow(Length(t), 3);

    /// <inheritdoc/>
    public double TimeFromLogSnr(double logSnr) => 1 / (1 + Math.Exp(logSnr / 2));

    /// <inheritdoc/>
    public double NetworkTime(double t) => Math.Log(Math.Clamp(t / (1 - t), LeastNoise, MostNoise)) / 4;

    /// <inheritdoc/>
    public Tensor NetworkTime(Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        return (NoiseLevel(t).log() / 4).MoveToOuterDisposeScope();
    }

    /// <summary>s = t / (1 - t), held within what EDM samples.</summary>
    internal static Tensor NoiseLevel(Tensor t) => (t / (1 - t)).clamp(LeastNoise, MostNoise);

    /// <inheritdoc/>
    public PathCoefficients At(Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        var length = ((1 - t).square() + t.square()).sqrt();
        var cube = length.pow(3);
        return new PathCoefficients((1 - t) / length, t / length, -t / cube, (1 - t) / cube).MoveToOuterDisposeScope();
    }

    private static double Length(double t) => Math.Sqrt((1 - t) * (1 - t) + t * t);
}
