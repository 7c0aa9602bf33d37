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

    /// <summary>A part of a discrete schedule's steps, as the official DiT writes it.</summary>
    /// <param name="spec"><c>"ddim25"</c>: every n-th step, so that there are 25. <c>"10,15,20"</c>: so many of each of three equal sections.</param>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static TimeGrid Respaced(string spec) => new RespacedGrid(spec);

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
}
