using System.Diagnostics;
using System.Text.Json;

namespace Dit.Core;

/// <summary>Keeps a page on a run, <c>report.html</c>, that a browser opens without a network: curves, samples, settings, environment.</summary>
/// <remarks>
/// The page is made from what lies beside it: <c>metrics.jsonl</c> (as <see cref="JsonLinesObserver"/> writes it, which is not needed
/// for this file), <c>samples</c>, <c>histograms.jsonl</c> and <c>run.json</c>. It is made anew every <see cref="Every"/>, rarer where
/// that would take more than a hundredth of the time, at the end of the training, and by <see cref="Dispose"/>.
/// </remarks>
public sealed class ReportObserver : ITrainingObserver, ITrainingLog, IMetricsKeeper, IDisposable
{
    private readonly string _directory;
    private readonly JsonLinesObserver _metrics;
    private readonly JsonLinesFile<HistogramRecord> _histograms;
    private bool _started;
    private long _due;
    private long _steps = -1;

    /// <summary>Prepares a report.</summary>
    /// <param name="directory">The run's folder; it is created if missing.</param>
    /// <param name="info">What to say about the run.</param>
    /// <exception cref="ArgumentException">A setting is of a type that settings cannot be.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public ReportObserver(string directory, RunInfo? info = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        _directory = Directory.CreateDirectory(directory).FullName;
        _metrics = new JsonLinesObserver(HtmlReport.MetricsPath(_directory));
        _histograms = new JsonLinesFile<HistogramRecord>(HtmlReport.HistogramsPath(_directory), MonitoringJson.Default.HistogramRecord);
        var run = RunRecord.Of(info ?? new RunInfo(), _directory);
        AtomicFile.Write(HtmlReport.RunPath(_directory), stream => JsonSerializer.Serialize(stream, run, MonitoringJson.Default.RunRecord));
    }

    /// <value>Time from one making of the page to the next. Default 30 seconds.</value>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(30);

    string IMetricsKeeper.MetricsPath => _metrics.Path;

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        Start(progress.Step);
        _metrics.OnStep(progress);
        if (Stopwatch.GetTimestamp() >= _due || Interval.IsLast(progress, _steps))
            Write();
        _steps = progress.Steps;
    }

    /// <inheritdoc/>
    public void AddScalars(long step, params ReadOnlySpan<(string Name, double Value)> values) => _metrics.AddScalars(step, values);

    /// <inheritdoc/>
    public void AddImage(string name, byte[] png, long step) => SampleFile.Save(_directory, name, png, step);

    /// <inheritdoc/>
    public void AddHistogram(string name, ReadOnlySpan<float> values, long step)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Start(step);
        _histograms.Append(new() { Name = name, Step = step, Values = Histogram.Of(values) });
    }

    /// <summary>Makes the page a last time and closes the files.</summary>
    public void Dispose()
    {
        _metrics.Dispose();
        _histograms.Dispose();
        HtmlReport.Write(_directory);
    }

    /// <summary>Drops what an earlier training, that this one resumes, kept of steps that come anew.</summary>
    private void Start(long step)
    {
        if (!_started)
            _histograms.Keep(h => h.Step < step);
        _started = true;
    }

    private void Write()
    {
        var start = Stopwatch.GetTimestamp();
        HtmlReport.Write(_directory);
        var took = Stopwatch.GetTimestamp() - start;
        _due = start + Math.Max((long)(Every.TotalSeconds * Stopwatch.Frequency), 100 * took);
    }
}
