using System.Diagnostics;

namespace Dit.Core;

/// <summary>How fast a training goes: since the last report, and since its start.</summary>
internal sealed class Pace
{
    private long _start, _report, _waited, _images, _firstStep;

    /// <value>Images per second since the last report.</value>
    public double ImagesPerSecond => _images / Stopwatch.GetElapsedTime(_report).TotalSeconds;

    /// <value>Share of the time since the last report that was spent waiting for batches.</value>
    public double DataWait => _waited / (double)Math.Max(1, Stopwatch.GetTimestamp() - _report);

    /// <summary>Begins to count, if it has not.</summary>
    public void Start(long step, bool anew)
    {
        if (_start != 0 && !anew)
            return;
        (_start, _firstStep) = (Stopwatch.GetTimestamp(), step);
        Reported();
    }

    public void Trained(long images) => _images += images;

    /// <summary>Counts what has passed since <paramref name="timestamp"/> as waiting.</summary>
    public void Waited(long timestamp) => _waited += Stopwatch.GetTimestamp() - timestamp;

    /// <summary>Begins the next report's time; what came between, as the observers' work, is none of the training's.</summary>
    public void Reported() => (_report, _waited, _images) = (Stopwatch.GetTimestamp(), 0, 0);

    /// <summary>The time until a goal ahead, in whole seconds, at the mean pace since the start, observers and checkpoints included.</summary>
    public TimeSpan? TimeLeft(long step, long steps)
    {
        if (step <= _firstStep || steps <= step)
            return null;
        var left = Stopwatch.GetElapsedTime(_start) * ((steps - step) / (double)(step - _firstStep));
        return TimeSpan.FromSeconds(Math.Round(left.TotalSeconds));
    }
}
