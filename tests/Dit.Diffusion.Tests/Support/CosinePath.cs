namespace Dit.Diffusion.Tests;

/// <summary>The circle alpha = cos(pi t / 2), sigma = sin(pi t / 2), written as a user would: five lines, no tensors.</summary>
internal sealed class CosinePath : INoiseSchedule
{
    public double Alpha(double t) => Math.Cos(Math.PI / 2 * t);

    public double Sigma(double t) => Math.Sin(Math.PI / 2 * t);

    public double AlphaDerivative(double t) => -Math.PI / 2 * Sigma(t);

    public double SigmaDerivative(double t) => Math.PI / 2 * Alpha(t);

    public double TimeFromLogSnr(double logSnr) => Math.Atan(Math.Exp(-logSnr / 2)) * 2 / Math.PI;
}
