namespace Dit.Core;

/// <summary>Writes a JSON object for every reported step, a line each: step, epoch, loss, learningRate, gradientNorm, imagesPerSecond, dataWait, time.</summary>
/// <remarks>
/// A trainer with a <see cref="DitTrainerOptions.CheckpointDirectory"/> keeps <c>metrics.jsonl</c> there by itself. What other observers measure are
/// lines between, with step, values (name and number) and time. What is no number is null. A line is whole when the step's report returns. A training that resumes goes on with the file; lines
/// of steps that are made again are dropped.
/// </remarks>
public sealed class JsonLinesObserver : ITrainingObserver, ITrainingLog, IMetricsKeeper, IDisposable
{
    private readonly JsonLinesFile<StepRecord> _file;
    private bool _started;

    /// <summary>Prepares to write; the first step creates the file, and its folder if that is missing.</summary>
    /// <param name="path">The file, such as <c>runs/mnist/metrics.jsonl</c>.</param>
    public JsonLinesObserver(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Path = System.IO.Path.GetFullPath(path);
        _file = new JsonLinesFile<StepRecord>(Path, MonitoringJson.Default.StepRecord);
    }

    /// <value>The file.</value>
    public string Path { get; }

    string IMetricsKeeper.MetricsPath => Path;

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        Start(progress.Step);
        _file.Append(StepRecord.Of(progress, DateTimeOffset.UtcNow));
    }

    /// <inheritdoc/>
    public void AddScalars(long step, params ReadOnlySpan<(string Name, double Value)> values)
    {
        Start(step);
        _file.Append(ValuesRecord.Of(step, values, DateTimeOffset.UtcNow), MonitoringJson.Default.ValuesRecord);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private void Start(long step)
    {
        if (!_started)
            _file.Keep(r => r.Step < step);
        _started = true;
    }
}
