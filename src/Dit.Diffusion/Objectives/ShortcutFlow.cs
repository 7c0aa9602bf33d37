using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// Rectified flow whose network is told the size of the step that it is to take, by the thousand: time 1000 (t + level), where the smallest has level 0.
/// </summary>
internal sealed class ShortcutFlow(int level) : INoiseSchedule
{
    private static readonly RectifiedFlow Straight = new();

    public double Alpha(double t) => Straight.Alpha(t);

    public double Sigma(double t) => Straight.Sigma(t);

    public double AlphaDerivative(double t) => Straight.AlphaDerivative(t);

    public double SigmaDerivative(double t) => Straight.SigmaDerivative(t);

    public double TimeFromLogSnr(double logSnr) => Straight.TimeFromLogSnr(logSnr);

    public PathCoefficients At(Tensor t) => Straight.At(t);

    public double NetworkTime(double t) => 1000 * (t + level);

    public Tensor NetworkTime(Tensor t)
    {
        using var scope = NewDisposeScope();
        return NetworkTime(t, full_like(t, level)).MoveToOuterDisposeScope();
    }

    /// <summary>What a network is told of times and levels.</summary>
    public static Tensor NetworkTime(Tensor t, Tensor level) => 1000 * (t + level);
}
