using System.Diagnostics;

namespace Dit.Core;

public sealed partial class DitTrainer
{
    private int _fitting;
    private bool _resumed;
    private long _savedStep = -1;
    private JsonLinesObserver? _metrics;

    /// <summary>Trains until a number of steps is reached, those before a resume included.</summary>
    /// <param name="data">The batches; epoch follows epoch until the end.</param>
    /// <param name="steps">Steps to reach in all.</param>
    /// <param name="cancellationToken">Stops the training between two steps, after writing a checkpoint.</param>
    /// <inheritdoc cref="FitAsync(IBatchSource, TrainingLength, CancellationToken)"/>
    public Task FitAsync(IBatchSource data, long steps, CancellationToken cancellationToken = default) =>
        FitAsync(data, TrainingLength.Steps(steps), cancellationToken);

    /// <summary>Trains until a number of steps, images or epochs is reached.</summary>
    /// <remarks>
    /// The first call resumes from the newest valid checkpoint in <see cref="DitTrainerOptions.CheckpointDirectory"/>, if there
    /// is one, and moves <paramref name="data"/> to its place. The steps run on a thread of their own, one after the other. Their numbers go to
    /// <c>metrics.jsonl</c> in that folder, see <see cref="JsonLinesObserver"/>.
    /// </remarks>
    /// <param name="data">The batches; epoch follows epoch until the end.</param>
    /// <param name="length">What to reach in all, what was done before a resume included.</param>
    /// <param name="cancellationToken">Stops the training between two steps, after writing a checkpoint.</param>
    /// <exception cref="OperationCanceledException">The training was cancelled. Its state is in a checkpoint.</exception>
    /// <exception cref="CheckpointException">The checkpoints are of another model, or none of them can be read.</exception>
    /// <exception cref="InvalidOperationException">The trainer is training already, or the data has no batches.</exception>
    /// <exception cref="InvalidDataException">A batch has values that are no numbers. No checkpoint was written since.</exception>
    /// <exception cref="NotFiniteNumberException">The training diverged. No checkpoint was written since.</exception>
    public async Task FitAsync(IBatchSource data, TrainingLength length, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(data);
        if (Interlocked.Exchange(ref _fitting, 1) != 0)
            throw new InvalidOperationException("The trainer is training already; await the first call.");
        try
        {
            // One thread for all steps: dispose scopes, gradient mode and OpenMP's workers belong to a thread.
            await Task.Factory.StartNew(
                () => Fit(data, length, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Exchange(ref _fitting, 0);
        }
    }

    private void Fit(IBatchSource data, TrainingLength length, CancellationToken cancellationToken)
    {
        if (_options.CheckpointDirectory is not null)
            Store().RequireWritable();
        if (!_resumed)
            Resume(data);
        _logger.Started(_model.parameters().Sum(p => p.numel()), _device.ToString(), _precision.ToString(), Step, length.ToString());
        _pace.Start(Step, anew: true);
        _metrics = KeepMetrics();
        try
        {
            while (!IsReached(length, data))
                FitEpoch(data, length, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Save(data);
            _logger.Cancelled(Step, length.ToString());
            throw;
        }
        catch (Exception e)
        {
            FinishWriting();
            _logger.Failed(Step, e.Message);
            throw;
        }
        finally
        {
            _metrics?.Dispose();
            _metrics = null;
        }
        Save(data);
        _logger.Finished(Step);
    }

    /// <summary>The numbers of a run are kept beside its checkpoints in any case, unless an observer keeps them there already.</summary>
    private JsonLinesObserver? KeepMetrics()
    {
        if (_options.CheckpointDirectory is null)
            return null;
        var path = HtmlReport.MetricsPath(Path.GetFullPath(_options.CheckpointDirectory));
        var kept = Observers.Any(o => (o as JsonLinesObserver ?? (o as ReportObserver)?.Metrics)?.Path == path);
        return kept ? null : new JsonLinesObserver(path);
    }

    private void FitEpoch(IBatchSource data, TrainingLength length, CancellationToken cancellationToken)
    {
        var first = Step;
        var batches = data.GetAsyncEnumerator(cancellationToken);
        try
        {
            while (!IsReached(length, data))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var asked = Stopwatch.GetTimestamp();
                if (!Wait(batches.MoveNextAsync()))
                    break;
                _pace.Waited(asked);
                using var batch = batches.Current;
                FitStep(batch, data, length);
            }
        }
        finally
        {
            batches.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
        if (Step == first)
            throw new InvalidOperationException("The data has no batches: an epoch ended without one.");
    }

    private void FitStep(Batch batch, IBatchSource data, TrainingLength length)
    {
        var next = Step + 1;
        var last = length.IsReached(next, ImagesSeen + batch.Count, data.Position);
        var save = next % _options.CheckpointEvery == 0 || last;               // what is saved must be known to be finite
        var log = next % _options.LogEvery == 0;
        var report = next % _reportEvery == 0;
        if (TrainStep(batch, read: save || log || report) is var (loss, norm) && (log || report))
        {
            var progress = Report(length.EstimatedSteps(Step, ImagesSeen, data.Position), data.Position, loss, norm);
            if (log)
                _logger.Step(Step, progress.Steps, loss, norm, progress.LearningRate, progress.ImagesPerSecond, progress.DataWait,
                    progress.TimeLeft is { } left ? $", {left} left" : "");
        }
        if (save && _options.CheckpointDirectory is not null)
            BeginSave(data);
        else if (_writing is { Task.IsCompleted: true })
            FinishWriting();
    }

    private bool IsReached(TrainingLength length, IBatchSource data) => length.IsReached(Step, ImagesSeen, data.Position);

    private static bool Wait(ValueTask<bool> next) => next.IsCompleted ? next.GetAwaiter().GetResult() : next.AsTask().GetAwaiter().GetResult();

    private void BeginSave(IBatchSource data)
    {
        if (_options.WritesInBackground)
            BeginWriting(data.Position);
        else
            SaveCheckpoint(data.Position);
    }

    /// <summary>Sees to it that the present state is in a checkpoint on the disk.</summary>
    private void Save(IBatchSource data)
    {
        FinishWriting();
        if (_options.CheckpointDirectory is not null && Step > 0 && Step != _savedStep)
            SaveCheckpoint(data.Position);
    }
}
