namespace Dit.Diffusion.Tests.Schedules;

/// <summary>flow_matching's LinearVPScheduler, as a user would write it: alpha = 1 - t, sigma^2 = 1 - alpha^2.</summary>
internal sealed class LinearVariancePreserving : INoiseSchedule
{
    public double Alpha(double t) => 1 - t;

    public double Sigma(double t) => Math.Sqrt(t * (2 - t));

    public double AlphaDerivative(double t) => -1;

    public double SigmaDerivative(double t) => (1 - t) / Sigma(t);

    public double TimeFromLogSnr(double logSnr) => 1 - Math.Sqrt(1 / (1 + Math.Exp(-logSnr)));
}
