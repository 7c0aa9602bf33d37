using System.Diagnostics;
using Dit.Torch;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace Dit.Core;

/// <summary>The steps of a training, one a call, on one thread: data, reports, checkpoints and the end, however it comes.</summary>
internal sealed class TrainingLoop(
    DitTrainer trainer, TrainingParts parts, TrainingCheckpoints checkpoints, TrainingObservers observers, Pace pace, DitTrainerOptions options, ILogger logger,
    IBatchSource data, TrainingLength length, CancellationToken cancellationToken) : IDisposable
{
    private IAsyncEnumerator<Batch>? _epoch;
    private long _epochStart;
    private JsonLinesObserver? _metrics;
    private bool _started, _ended;

    /// <summary>How the training stands after the last step.</summary>
    public TrainingProgress Current { get; private set; }

    /// <summary>Makes the next step.</summary>
    /// <returns>Whether there was one; otherwise the length is reached.</returns>
    public bool MoveNext()
    {
        if (_ended)
            return false;
        try
        {
            if (!_started)
                Start();
            cancellationToken.ThrowIfCancellationRequested();
            using var batch = NextBatch();
            if (batch is not null)
                Step(batch);
            else
                End();
            return batch is not null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Dispose();
            throw;
        }
        catch (Exception e)
        {
            Close();
            checkpoints.Finish();
            logger.Failed(parts.Step, e.Message);
            throw;
        }
    }

    /// <summary>Stops, where the training has not ended by itself, and leaves a checkpoint.</summary>
    public void Dispose()
    {
        if (_ended || !_started)
            return;
        Close();
        checkpoints.Ensure(data.Position);
        logger.Cancelled(parts.Step, length.ToString());
    }

    private void Start()
    {
        checkpoints.Prepare(data);
        var precision = parts.Device.type == DeviceType.CUDA ? $"{trainer.Precision}, TF32 {(Engine.AllowTF32 ? "on" : "off")}," : trainer.Precision.ToString();
        logger.Started(parts.Model.parameters().Sum(p => p.numel()), parts.Device.ToString(), precision, parts.Step, length.ToString());
        _started = true;
        pace.Start(parts.Step, anew: true);
        observers.Own = _metrics = Metrics();
    }

    private void End()
    {
        Close();
        checkpoints.Ensure(data.Position);
        logger.Finished(parts.Step);
    }

    /// <summary>The next batch, of the next epoch where one ends; null once the length is reached.</summary>
    private Batch? NextBatch()
    {
        while (!length.IsReached(parts.Step, parts.ImagesSeen, data.Position))
        {
            if (_epoch is null)
                (_epoch, _epochStart) = (data.GetAsyncEnumerator(cancellationToken), parts.Step);
            var asked = Stopwatch.GetTimestamp();
            var next = _epoch.MoveNextAsync();
            if (next.IsCompleted ? next.GetAwaiter().GetResult() : next.AsTask().GetAwaiter().GetResult())
            {
                pace.Waited(asked);
                return _epoch.Current;
            }
            EndEpoch();
            if (parts.Step == _epochStart)
                throw new InvalidOperationException("The data has no batches: an epoch ended without one.");
        }
        return null;
    }

    /// <summary>The numbers of a run are kept beside its checkpoints in any case, unless an observer keeps them there already.</summary>
    private JsonLinesObserver? Metrics()
    {
        if (options.CheckpointDirectory is null)
            return null;
        var path = HtmlReport.MetricsPath(Path.GetFullPath(options.CheckpointDirectory));
        return observers.OfType<IMetricsKeeper>().Any(o => o.MetricsPath == path) ? null : new JsonLinesObserver(path);
    }

    private void Close()
    {
        _ended = true;
        EndEpoch();
        observers.Own = null;
        _metrics?.Dispose();
    }

    private void EndEpoch()
    {
        var epoch = _epoch;
        _epoch = null;
        epoch?.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private void Step(Batch batch)
    {
        var next = parts.Step + 1;
        var last = length.IsReached(next, parts.ImagesSeen + batch.Count, data.Position);
        var save = last || (checkpoints.Exist && next % options.CheckpointEvery == 0);     // what is saved must be known to be finite
        var log = next % options.LogEvery == 0;
        var report = log || trainer.IsReported(next);
        var (loss, norm) = trainer.MakeStep(batch, read: save || report);
        Current = trainer.Progress(length.EstimatedSteps(parts.Step, parts.ImagesSeen, data.Position), data.Position, loss, norm);
        if (report)
            trainer.Report(Current);
        if (log)
            logger.Step(Current.Step, Current.Steps, loss, norm, Current.LearningRate, Current.ImagesPerSecond, Current.DataWait,
                Current.TimeLeft is { } left ? $", {left} left" : "");
        if (save && checkpoints.Exist)
            checkpoints.Begin(data.Position);
        else
            checkpoints.Collect();
    }
}
