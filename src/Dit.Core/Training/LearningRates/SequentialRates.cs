namespace Dit.Core;

/// <summary>Schedules one after the other, such as a constant rate and at last a decay (warm-up, stable, decay: Hu et al. 2024).</summary>
/// <remarks>Each begins at its own first step and at its own factor: a decay that is to go on where another ended says so by its <c>Least</c>.</remarks>
public sealed record SequentialRates : LearningRateSchedule
{
    /// <summary>Some schedules for a number of steps each, and one for the rest.</summary>
    /// <param name="phases">The schedules before the last.</param>
    /// <param name="last">The schedule from then on.</param>
    public SequentialRates(IReadOnlyList<RatePhase> phases, LearningRateSchedule last) => (Phases, Last) = (phases, last);

    /// <value>The schedules before the last.</value>
    public IReadOnlyList<RatePhase> Phases { get; init; }

    /// <value>The schedule from then on.</value>
    public LearningRateSchedule Last { get; init; }

    /// <inheritdoc/>
    public override double Factor(long step)
    {
        foreach (var phase in Phases)
        {
            if (step < phase.Steps)
                return phase.Schedule.Factor(step);
            step -= phase.Steps;
        }
        return Last.Factor(step);
    }

    internal override void Validate(Problems problems)
    {
        if (problems.Require(Phases is not null && Phases.All(p => p?.Schedule is not null) && Last is not null, "SequentialRates has a schedule that is null."))
        {
            foreach (var phase in Phases!)
            {
                problems.Require(phase.Steps > 0, $"SequentialRates has a phase of {phase.Steps} steps; it must be positive.");
                phase.Schedule.Validate(problems);
            }
            Last!.Validate(problems);
        }
    }
}
