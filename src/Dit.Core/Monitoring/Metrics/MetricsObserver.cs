using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Dit.Core;

/// <summary>Gives a training's numbers to .NET's metrics and traces, under the name <see cref="DitTelemetry.Name"/>.</summary>
/// <remarks>
/// Instruments: the counters <c>dit.training.steps</c> and <c>dit.training.images</c>, the gauges <c>dit.training.loss</c>,
/// <c>dit.training.learning_rate</c>, <c>dit.training.gradient_norm</c>, <c>dit.training.images_per_second</c> and <c>dit.training.data_wait</c>. Activities:
/// <c>dit.training.steps</c>, from one report to the next, and <c>dit.training.checkpoint</c>. Where nobody listens it costs nothing.
/// </remarks>
public sealed class MetricsObserver : ITrainingObserver
{
    private static readonly Counter<long> Steps = DitTelemetry.Meter.CreateCounter<long>("dit.training.steps", "{step}", "Training steps done.");
    private static readonly Counter<long> Images = DitTelemetry.Meter.CreateCounter<long>("dit.training.images", "{image}", "Images trained on.");
    private static readonly Gauge<double> Loss = DitTelemetry.Meter.CreateGauge<double>("dit.training.loss", null, "Loss of the last reported batch.");
    private static readonly Gauge<double> LearningRate = DitTelemetry.Meter.CreateGauge<double>("dit.training.learning_rate", null, "Learning rate.");
    private static readonly Gauge<double> GradientNorm =
        DitTelemetry.Meter.CreateGauge<double>("dit.training.gradient_norm", null, "Norm of all gradients together, before clipping.");
    private static readonly Gauge<double> ImagesPerSecond =
        DitTelemetry.Meter.CreateGauge<double>("dit.training.images_per_second", "{image}/s", "Images per second since the last report.");

    private static readonly Gauge<double> DataWait =
        DitTelemetry.Meter.CreateGauge<double>("dit.training.data_wait", null, "Share of the time since the last report spent waiting for batches, 0 to 1.");

    private readonly int _batchSize;
    private readonly KeyValuePair<string, object?>[] _tags;
    private long _step = -1;
    private DateTime _since = DateTime.UtcNow;

    /// <summary>Measures a run.</summary>
    /// <param name="run">The value of the tag <c>run</c>, to tell runs apart; <see langword="null"/> for none.</param>
    /// <param name="batchSize">Images in a step, from which images are counted; 0 to leave them out.</param>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is negative.</exception>
    public MetricsObserver(string? run = null, int batchSize = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batchSize);
        _batchSize = batchSize;
        _tags = run is null ? [] : [new("run", run)];
    }

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        var steps = _step < 0 ? 1 : progress.Step - _step;                    // what came before the first report is not known: it may be a resume
        _step = progress.Step;
        Steps.Add(steps, _tags);
        if (_batchSize > 0)
            Images.Add(steps * _batchSize, _tags);
        Loss.Record(progress.Loss, _tags);
        LearningRate.Record(progress.LearningRate, _tags);
        ImagesPerSecond.Record(progress.ImagesPerSecond, _tags);
        DataWait.Record(progress.DataWait, _tags);
        if (!double.IsNaN(progress.GradientNorm))
            GradientNorm.Record(progress.GradientNorm, _tags);
        Trace("dit.training.steps", progress.Step, _since)?.AddTag("dit.loss", progress.Loss).Dispose();
        _since = DateTime.UtcNow;
    }

    /// <inheritdoc/>
    public void OnCheckpoint(long step, string path) => Trace("dit.training.checkpoint", step, DateTime.UtcNow)?.AddTag("dit.path", path).Dispose();

    private Activity? Trace(string name, long step, DateTime since) =>
        DitTelemetry.Activities.StartActivity(name, ActivityKind.Internal, parentContext: default, _tags, startTime: since)?.AddTag("dit.step", step);
}
