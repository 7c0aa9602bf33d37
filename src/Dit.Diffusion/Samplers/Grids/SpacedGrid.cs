namespace Dit.Diffusion;

/// <summary>A part of a discrete schedule's steps as diffusers chooses them, and the data.</summary>
/// <remarks>The official DiT chooses by <see cref="TimeGrid.Respaced"/>.</remarks>
/// <param name="spacing">The kind.</param>
public sealed class SpacedGrid(StepSpacing spacing) : TimeGrid
{
    private readonly int _offset;
    private readonly double _start = 1;

    /// <summary>How many steps later than the rule says: <c>steps_offset</c>, 1 for Stable Diffusion. Leading only. Default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int Offset
    {
        get => _offset;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _offset = value;
        }
    }

    /// <summary>
    /// Whether one step more is chosen and the lowest left out, as the schedulers of DPM-Solver and UniPC do in diffusers. Linspace and leading
    /// only. Default: no.
    /// </summary>
    public bool OmitsLowest { get; init; }

    /// <summary>Whether times are whole steps. Default: yes. The schedulers of Euler and Heun in diffusers do not round a linspace.</summary>
    public bool Rounds { get; init; } = true;

    /// <summary>The time above which no step is taken, as of <c>lambda_min_clipped</c>. Default 1: all may be.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in (0, 1].</exception>
    public double Start
    {
        get => _start;
        init => _start = value is > 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Start), value, "A walk starts in (0, 1].");
    }

    /// <inheritdoc/>
    public override double[] Times(int steps, INoiseSchedule schedule)
    {
        if (schedule is not DiscreteSchedule discrete)
            throw new ArgumentException(
                $"{nameof(SpacedGrid)} takes some steps of a discrete schedule, and {schedule?.GetType().Name} is continuous. Use TimeGrid.Uniform.", nameof(schedule));
        var total = (int)(Start * discrete.StepCount + 1e-9);
        double[] taken = [.. Steps(steps, total).Select(step => Rounds ? Math.Round(step) : step)];     // half to even, as NumPy
        if (steps > total || taken[0] > discrete.StepCount - 1 || taken[^1] < 0 || taken.Distinct().Count() < steps)
            throw new ArgumentException($"{spacing} cannot choose {steps} of {total} steps with an offset of {Offset}. Take fewer.", nameof(steps));
        return [.. taken.Select(step => (step + 1) / discrete.StepCount), 0];
    }

    /// <returns>Falling indices, the first step of the schedule being 0.</returns>
    private IEnumerable<double> Steps(int count, int total)
    {
        var points = OmitsLowest ? count + 1 : count;
        return spacing switch
        {
            StepSpacing.Linspace => EqualDistances.Points(points, total - 1, 0).Take(count),
            StepSpacing.Leading => Enumerable.Range(0, count).Select(i => (points - 1 - i) * (total / points) + (double)Offset),
            StepSpacing.Trailing => Enumerable.Range(0, count).Select(i => Math.Round(total - i * (total / (double)count)) - 1),
            _ => throw new InvalidOperationException($"There is no spacing {spacing}."),
        };
    }
}
