namespace Dit.Core;

/// <summary>Writes a JSON object for every reported step, a line each: step, epoch, loss, learningRate, gradientNorm, imagesPerSecond, time.</summary>
/// <remarks>
/// What is no number is null. A line is whole when the step's report returns. A training that resumes goes on with the file; lines
/// of steps that are made again are dropped.
/// </remarks>
public sealed class JsonLinesObserver : ITrainingObserver, IDisposable
{
    private readonly JsonLinesFile<StepRecord> _file;
    private bool _started;

    /// <summary>Prepares the file; its folder is created if missing, the file itself by the first step.</summary>
    /// <param name="path">The file, such as <c>runs/mnist/metrics.jsonl</c>.</param>
    /// <exception cref="IOException">The folder cannot be created.</exception>
    public JsonLinesObserver(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Path = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        _file = new JsonLinesFile<StepRecord>(Path, MonitoringJson.Default.StepRecord);
    }

    /// <value>The file.</value>
    public string Path { get; }

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        if (!_started)
            _file.Keep(r => r.Step < progress.Step);
        _started = true;
        _file.Append(StepRecord.Of(progress, DateTimeOffset.UtcNow));
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();
}
