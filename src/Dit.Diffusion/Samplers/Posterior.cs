namespace Dit.Diffusion;

/// <summary>q(x_s | x_t, x_0) of a Gaussian path, s &lt; t: normal with mean OfClean x_0 + OfState x_t (Ho et al. 2020, equations 6 and 7, for any alpha and sigma).</summary>
/// <param name="OfClean">The weight of the data in the mean.</param>
/// <param name="OfState">The weight of the state in the mean.</param>
/// <param name="Variance">The variance, 0 where s is the data.</param>
/// <param name="ForwardVariance">The variance of q(x_t | x_s); a beta, if t follows s.</param>
internal readonly record struct Posterior(double OfClean, double OfState, double Variance, double ForwardVariance)
{
    public static Posterior Between(INoiseSchedule schedule, double t, double s)
    {
        var (alphaT, sigmaT, alphaS, sigmaS) = (schedule.Alpha(t), schedule.Sigma(t), schedule.Alpha(s), schedule.Sigma(s));
        var ratio = alphaT / alphaS;                                              // x_t = ratio x_s + noise
        var forward = sigmaT * sigmaT - ratio * ratio * sigmaS * sigmaS;
        var (ofNoise, ofOld) = (forward / (sigmaT * sigmaT), sigmaS * sigmaS / (sigmaT * sigmaT));
        return new(alphaS * ofNoise, ratio * ofOld, forward * ofOld, forward);
    }

    /// <summary>
    /// ln of the smallest and the largest variance of step <paramref name="index"/> of a walk along <paramref name="times"/>. At the step to the data,
    /// where the smallest is 0, it is that of the step before, as the official implementation has it (Nichol and Dhariwal 2021, section 3.1).
    /// </summary>
    public static (double Least, double Most) LogVariances(INoiseSchedule schedule, IReadOnlyList<double> times, int index)
    {
        var step = Between(schedule, times[index], times[index + 1]);
        var least = step.Variance > 0 || index == 0 ? step : Between(schedule, times[index - 1], times[index]);
        return (Math.Log(least.Variance > 0 ? least.Variance : step.ForwardVariance), Math.Log(step.ForwardVariance));
    }
}
