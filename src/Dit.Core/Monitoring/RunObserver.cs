using System.Text;

namespace Dit.Core;

/// <summary>
/// All there is to see of a run, in one folder: <c>report.html</c>, <c>metrics.jsonl</c>, TensorBoard's curves with settings and model graph, and .NET's metrics.
/// </summary>
/// <remarks>It is a <see cref="TensorBoardObserver"/>, a <see cref="ReportObserver"/> and a <see cref="MetricsObserver"/>; what is logged here goes to each.</remarks>
public sealed class RunObserver : ITrainingObserver, ITrainingLog, IMetricsKeeper, IDisposable
{
    private readonly TensorBoardObserver _board;
    private readonly ReportObserver _report;
    private readonly MetricsObserver _metrics;

    /// <summary>Prepares the folder.</summary>
    /// <param name="directory">The run's folder; it is created if missing. Its name is the run's.</param>
    /// <param name="info">What to say about the run: model, training settings, further ones.</param>
    /// <exception cref="ArgumentException">A setting is of a type that settings cannot be.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public RunObserver(string directory, RunInfo? info = null)
    {
        _report = new ReportObserver(directory, info);
        _board = new TensorBoardObserver(directory);
        _metrics = new MetricsObserver(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory))));
        var settings = (info ?? new RunInfo()).AllSettings();
        TensorBoard.AddHyperParameters(settings, "loss/epoch");
        TensorBoard.AddText("run/settings", Table(settings), step: 0);
        if (info?.Model is { } model)
            TensorBoard.AddGraph(model.Describe());
    }

    /// <value>For what only TensorBoard shows, such as texts.</value>
    public TensorBoardWriter TensorBoard => _board.Writer;

    string IMetricsKeeper.MetricsPath => ((IMetricsKeeper)_report).MetricsPath;

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        _board.OnStep(progress);
        _report.OnStep(progress);
        _metrics.OnStep(progress);
    }

    /// <inheritdoc/>
    public void OnCheckpoint(long step, string path)
    {
        _board.OnCheckpoint(step, path);
        _metrics.OnCheckpoint(step, path);
    }

    /// <inheritdoc/>
    public void AddScalars(long step, params ReadOnlySpan<(string Name, double Value)> values)
    {
        TensorBoard.AddScalars(step, values);
        _report.AddScalars(step, values);
    }

    /// <inheritdoc/>
    public void AddImage(string name, byte[] png, long step)
    {
        TensorBoard.AddImage(name, png, step);
        _report.AddImage(name, png, step);
    }

    /// <inheritdoc/>
    public void AddHistogram(string name, ReadOnlySpan<float> values, long step)
    {
        TensorBoard.AddHistogram(name, values, step);
        _report.AddHistogram(name, values, step);
    }

    /// <summary>Makes the report a last time and closes the files.</summary>
    public void Dispose()
    {
        _board.Dispose();
        _report.Dispose();
    }

    private static string Table(IReadOnlyDictionary<string, object> settings)
    {
        var table = new StringBuilder("| setting | value |\n| --- | --- |\n");
        foreach (var (name, value) in settings)
            table.Append("| ").Append(name).Append(" | ").Append(RunSettings.Text(value)).Append(" |\n");
        return table.ToString();
    }
}
