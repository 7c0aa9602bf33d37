namespace Dit.Core;

/// <summary>A schedule for a number of steps, of <see cref="SequentialRates"/>.</summary>
/// <param name="Steps">The steps, at least 1.</param>
/// <param name="Schedule">The schedule, from its own step 0 on.</param>
public sealed record RatePhase(long Steps, LearningRateSchedule Schedule);
