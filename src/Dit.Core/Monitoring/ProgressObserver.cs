using System.Diagnostics;
using System.Globalization;

namespace Dit.Core;

/// <summary>Writes a line on how a training goes, now and then: on the console, given <see cref="Console.Out"/>.</summary>
/// <remarks>
/// A line tells step, loss (the mean since the last line), gradient norm, learning rate, images per second, the share of the time spent
/// waiting for data, and the time left. The same is in the trainer's log, every <see cref="DitTrainerOptions.LogEvery"/> steps, for those who have one.
/// </remarks>
/// <param name="writer">Where to; it stays the caller's.</param>
public sealed class ProgressObserver(TextWriter writer) : ITrainingObserver
{
    private readonly TextWriter _writer = writer ?? throw new ArgumentNullException(nameof(writer));
    private double _loss, _rate;
    private int _count;
    private long _last;
    private long _steps = -1;

    /// <value>Time from one line to the next. The first report and the training's end have a line in any case. Default 10 seconds.</value>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        _count++;
        _loss += (progress.Loss - _loss) / _count;
        _rate += (progress.ImagesPerSecond - _rate) / _count;
        var last = Interval.IsLast(progress, _steps);
        _steps = progress.Steps;
        if (_last != 0 && !last && Stopwatch.GetElapsedTime(_last) < Every)
            return;
        _writer.WriteLine(Line(progress, goalKnown: last || progress.Steps > progress.Step));
        (_last, _loss, _rate, _count) = (Stopwatch.GetTimestamp(), 0, 0, 0);
    }

    /// <inheritdoc/>
    public void OnCheckpoint(long step, string path) => _writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {step:N0}: saved '{path}'"));

    private string Line(TrainingProgress progress, bool goalKnown)
    {
        var parts = new List<FormattableString> { $"step {progress.Step:N0}", $"loss {_loss:G4}" };
        if (goalKnown)
            parts[0] = $"step {progress.Step:N0} of {progress.Steps:N0}";
        if (!double.IsNaN(progress.GradientNorm))
            parts.Add($"gradient norm {progress.GradientNorm:G3}");
        parts.AddRange([$"learning rate {progress.LearningRate:G3}", $"{_rate:F0} images/s", $"{progress.DataWait:P0} waiting for data"]);
        if (progress.TimeLeft is { } left)
            parts.Add($"{left:c} left");
        return string.Join("  ", parts.Select(FormattableString.Invariant));
    }
}
