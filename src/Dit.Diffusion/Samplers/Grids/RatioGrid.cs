namespace Dit.Diffusion;

/// <summary>Equal distances in a power of sigma / alpha or in its logarithm, then the data.</summary>
internal sealed class RatioGrid : TimeGrid
{
    private readonly double? _least;
    private readonly double? _most;
    private readonly double? _rho;

    /// <param name="least">The smallest ratio; null: the path's.</param>
    /// <param name="most">The largest ratio; null: the path's.</param>
    /// <param name="rho">One over the power; null: the logarithm.</param>
    public RatioGrid(double? least, double? most, double? rho)
    {
        Check(least ?? 0.002, most ?? double.MaxValue);
        if (rho is { } power && !(double.IsFinite(power) && power > 0)) throw new ArgumentOutOfRangeException(nameof(rho), rho, "Rho must be finite and above 0.");
        (_least, _most, _rho) = (least, most, rho);
    }

    public override double[] Times(int steps, INoiseSchedule schedule)
    {
        var discrete = schedule as DiscreteSchedule;
        var least = _least ?? (discrete is null ? 0.002 : Ratio(schedule, 1.0 / discrete.StepCount));
        var most = _most ?? (discrete is null ? 80 : Ratio(schedule, 1));
        Check(least, most);
        double[] times = [.. Ratios(steps, least, most).Select(ratio => schedule.TimeFromLogSnr(-2 * Math.Log(ratio))), 0];
        for (var i = 1; i < times.Length; i++)
            if (!(times[i] < times[i - 1]))
                throw new ArgumentException(
                    $"{schedule.GetType().Name} has no sigma / alpha from {most} down to {least} in {steps} steps. Take ratios that lie on the path, or fewer steps.", nameof(schedule));
        return times;
    }

    private IEnumerable<double> Ratios(int count, double least, double most) => _rho is { } rho
        ? EqualDistances.Points(count, Math.Pow(most, 1 / rho), Math.Pow(least, 1 / rho)).Select(point => Math.Pow(point, rho))
        : EqualDistances.Points(count, Math.Log(most), Math.Log(least)).Select(Math.Exp);

    private static double Ratio(INoiseSchedule schedule, double t) => schedule.Sigma(t) / schedule.Alpha(t);

    private static void Check(double least, double most)
    {
        if (!(least > 0 && least < most && double.IsFinite(most)))
            throw new ArgumentException($"sigma / alpha cannot fall from {most} to {least}. The ratios must be 0 < least < most < infinity; give both.", nameof(most));
    }
}
