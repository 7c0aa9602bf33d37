namespace Dit.Core;

/// <summary>Says when a number of steps has passed, also where not every step is reported.</summary>
internal sealed class Interval
{
    private readonly long _every;
    private long _passed = -1;
    private long _steps = -1;

    public Interval(long every)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(every);
        _every = every;
    }

    /// <summary>Whether a multiple of the number was reached since the last call, or the training's last step.</summary>
    public bool IsDue(TrainingProgress progress)
    {
        var passed = progress.Step / _every;
        var before = _passed >= 0 ? _passed : (progress.Step - 1) / _every;
        var last = IsLast(progress, _steps);
        (_passed, _steps) = (passed, progress.Steps);
        return passed != before || last;
    }

    /// <summary>Whether a step is the training's last. In a host's own loop every step is said to be, so the goal must have been known before.</summary>
    public static bool IsLast(TrainingProgress progress, long goalBefore) => progress.Step == progress.Steps && progress.Steps == goalBefore;
}
