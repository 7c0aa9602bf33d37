namespace Dit.Diffusion;

/// <summary>Where a sampler stops on its way from noise to data.</summary>
public abstract class TimeGrid
{
    /// <summary>Equal distances in time; on a <see cref="DiscreteSchedule"/> the official DiT's respacing.</summary>
    public static TimeGrid Default { get; } = new DefaultGrid();

    /// <summary>Equal distances in time: 1, 1 - 1/N, ..., 0.</summary>
    public static TimeGrid Uniform { get; } = new UniformGrid();

    /// <summary>Equal distances in time between two times, for paths whose ends are to be kept away from.</summary>
    /// <param name="start">The first time, in (0, 1]. Below 1 where a network's prediction says nothing at pure noise.</param>
    /// <param name="end">The last time, below <paramref name="start"/>. Above 0 where it says nothing at pure data.</param>
    /// <param name="toData">Whether the last of the steps leads from <paramref name="end"/> to the data, as in the SDE samplers of SiT.</param>
    /// <exception cref="ArgumentOutOfRangeException">The times are out of range or not in order.</exception>
    public static TimeGrid Linear(double start = 1, double end = 0, bool toData = false) => new LinearGrid(start, end, toData);

    /// <summary>Equal distances in time as <see cref="Uniform"/>; on a <see cref="DiscreteSchedule"/> rounded to its steps (<see cref="StepSpacing.Trailing"/>).</summary>
    /// <remarks>
    /// What multistep methods want by default: the step that <see cref="Default"/> makes down to a discrete schedule's first is long in the log
    /// signal-to-noise ratio, and they would extrapolate over it.
    /// </remarks>
    public static TimeGrid Trailing { get; } = new TrailingGrid();

    /// <summary>A part of a discrete schedule's steps, as the official DiT writes it.</summary>
    /// <param name="spec"><c>"ddim25"</c>: every n-th step, so that there are 25. <c>"10,15,20"</c>: so many of each of three equal sections.</param>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static TimeGrid Respaced(string spec) => new RespacedGrid(spec);

    /// <summary>Given times.</summary>
    /// <param name="times">Falling times in [0, 1], one more than steps.</param>
    /// <exception cref="ArgumentException">There are fewer than two, or they do not fall, or are outside [0, 1].</exception>
    public static TimeGrid Of(params IEnumerable<double> times) => new GivenGrid(times);

    /// <summary>Karras et al. 2022, equation 5: equal distances in (sigma / alpha)^(1 / rho), and one step to the data.</summary>
    /// <remarks>
    /// Starts below t = 1 on a continuous path: see <see cref="Sampler.ScalesNoise"/>.
    /// </remarks>
    /// <param name="least">The smallest sigma / alpha before 0. Null: that of a discrete schedule's first step, else 0.002.</param>
    /// <param name="most">The sigma / alpha to start with. Null: that of a discrete schedule's last step, else 80.</param>
    /// <param name="rho">How many steps go to the data's end. Default 7.</param>
    /// <exception cref="ArgumentException">The ratios are not 0 &lt; least &lt; most &lt; infinity, or rho is not above 0.</exception>
    public static TimeGrid Karras(double? least = null, double? most = null, double rho = 7) => new RatioGrid(least, most, rho);

    /// <summary>Equal distances in the log signal-to-noise ratio, and one step to the data (Lu et al. 2022a; k-diffusion's exponential, diffusers' lu).</summary>
    /// <inheritdoc cref="Karras"/>
    public static TimeGrid Exponential(double? least = null, double? most = null) => new RatioGrid(least, most, rho: null);

    /// <summary>
    /// The grid of diffusers' FlowMatchEulerDiscreteScheduler, which shifts twice: the bounds of its linspace are of a shifted table already. To
    /// compare with it only; otherwise <c>TimeGrid.Uniform.Shifted(shift)</c>.
    /// </summary>
    /// <param name="shift">As its <c>shift</c>.</param>
    /// <param name="trainedSteps">As its <c>num_train_timesteps</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The shift is not above 0, or there are fewer than two trained steps.</exception>
    public static TimeGrid FlowMatchEuler(double shift = 1, int trainedSteps = 1000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trainedSteps, 2);
        return Linear(end: TimeShift.Apply(1.0 / trainedSteps, shift), toData: true).Shifted(shift);
    }

    /// <summary>This grid with its times moved towards the noise, t to s t / (1 + (s - 1) t), as high resolutions need it (SD3, section 5.3.2).</summary>
    /// <remarks>On the straight path it multiplies sigma / alpha by s. A shift of a shift is a shift by the product.</remarks>
    /// <param name="shift">s, above 0; 1 moves nothing. SD3 takes 3 at 1024 x 1024. See <see cref="TimeShift"/> for usual ones.</param>
    /// <exception cref="ArgumentOutOfRangeException">The shift is not finite or not above 0.</exception>
    public TimeGrid Shifted(double shift)
    {
        TimeShift.Validated(shift, nameof(shift));
        return new DerivedGrid(this, times => [.. times.Select(t => TimeShift.Apply(t, shift))]);
    }

    /// <summary>This grid, from 1 to 0, on a part of the path: to start at a noised image, or to end before the data.</summary>
    /// <param name="start">The time to start at; the sampler's noise is the state there.</param>
    /// <param name="end">The time to end at.</param>
    /// <exception cref="ArgumentException">They are not 0 &lt;= end &lt; start &lt;= 1.</exception>
    public TimeGrid Between(double start, double end = 0)
    {
        if (!(end >= 0 && end < start && start <= 1))
            throw new ArgumentException($"A walk from t = {start} to {end} does not fall within [0, 1].", nameof(start));
        return new DerivedGrid(this, times => [.. times.Select(t => end + (start - end) * t)]);
    }

    /// <summary>This grid with another time in place of its last, such as a discrete schedule's first step, 1 / T, in place of the data.</summary>
    /// <param name="time">The time to end at, below the last but one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not in [0, 1).</exception>
    public TimeGrid EndingAt(double time)
    {
        if (time is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(time), time, "A walk ends in [0, 1).");
        return new DerivedGrid(this, times => times[^2] > time
            ? [.. times[..^1], time]
            : throw new ArgumentException($"The walk cannot end at {time}: its last step starts at {times[^2]}. Take fewer steps, or an earlier end.", nameof(time)));
    }

    /// <summary>The times of a walk.</summary>
    /// <param name="steps">How many steps, N, at least 1.</param>
    /// <param name="schedule">The path.</param>
    /// <returns>N + 1 falling times in [0, 1], the last of which is 0 unless the grid is one that ends before the data.</returns>
    /// <exception cref="ArgumentException">The path has no such grid.</exception>
    public abstract double[] Times(int steps, INoiseSchedule schedule);

    private sealed class UniformGrid : TimeGrid
    {
        public override double[] Times(int steps, INoiseSchedule schedule) => [.. Enumerable.Range(0, steps + 1).Select(i => (steps - i) / (double)steps)];
    }

    private sealed class DefaultGrid : TimeGrid
    {
        public override double[] Times(int steps, INoiseSchedule schedule) =>
            schedule is DiscreteSchedule discrete ? discrete.TimesOf(Respacing.Sections(discrete.StepCount, [steps])) : Uniform.Times(steps, schedule);
    }

    private sealed class TrailingGrid : TimeGrid
    {
        public override double[] Times(int steps, INoiseSchedule schedule) => (schedule is DiscreteSchedule ? new SpacedGrid(StepSpacing.Trailing) : Uniform).Times(steps, schedule);
    }

    private sealed class DerivedGrid(TimeGrid inner, Func<double[], double[]> change) : TimeGrid
    {
        public override double[] Times(int steps, INoiseSchedule schedule) => change(inner.Times(steps, schedule));
    }
}
