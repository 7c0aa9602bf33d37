namespace Dit.Diffusion.Tests.Schedules;

/// <summary>flow_matching's PolynomialConvexScheduler, as a user would write it: alpha = (1 - t)^n, sigma = 1 - alpha.</summary>
internal sealed class PolynomialPath(double n) : INoiseSchedule
{
    public double Alpha(double t) => Math.Pow(1 - t, n);

    public double Sigma(double t) => 1 - Alpha(t);

    public double AlphaDerivative(double t) => -n * Math.Pow(1 - t, n - 1);

    public double SigmaDerivative(double t) => -AlphaDerivative(t);

    public double TimeFromLogSnr(double logSnr) => 1 - Math.Pow(1 / (1 + Math.Exp(-logSnr / 2)), 1 / n);
}
