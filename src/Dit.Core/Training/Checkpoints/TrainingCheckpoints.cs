using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Dit.Core;

/// <summary>A training's checkpoints: writes them, in the background if asked, and goes back to them.</summary>
internal sealed class TrainingCheckpoints(TrainingParts parts, DitTrainerOptions options, TrainingObservers observers, ILogger logger)
{
    private readonly CheckpointStore? _store = options.CheckpointDirectory is { } directory ? new(directory) : null;
    private (long Step, Task<string> Task)? _writing;
    private long _savedStep = -1;
    private bool _resumed, _warned;

    /// <summary>Whether there is a place for checkpoints.</summary>
    public bool Exist => _store is not null;

    private CheckpointStore Store => _store
        ?? throw new InvalidOperationException("There is nowhere to put checkpoints: DitTrainerOptions.CheckpointDirectory is null.");

    /// <summary>Writes a checkpoint of the present state.</summary>
    /// <returns>Its folder.</returns>
    public string Save(BatchPosition position)
    {
        Finish();
        using var contents = Contents(position, copies: false);
        var path = contents.Write();
        Saved(parts.Step, path);
        return path;
    }

    /// <summary>Writes a checkpoint of the present state, or begins to.</summary>
    public void Begin(BatchPosition position)
    {
        Finish();
        if (!options.WritesInBackground)
        {
            Save(position);
            return;
        }
        var contents = Contents(position, copies: true);
        _savedStep = parts.Step;
        _writing = (parts.Step, Task.Run(() =>
        {
            using (contents)
                return contents.Write();
        }));
    }

    /// <summary>Sees to it that the present state is in a checkpoint on the disk.</summary>
    public void Ensure(BatchPosition position)
    {
        Finish();
        if (Exist && parts.Step > 0 && parts.Step != _savedStep)
            Save(position);
    }

    /// <summary>Reports a checkpoint that was written meanwhile.</summary>
    public void Collect()
    {
        if (_writing is { Task.IsCompleted: true })
            Finish();
    }

    /// <summary>Waits for a checkpoint that is being written, if there is one. One that failed is reported; the training is not to end for it.</summary>
    public void Finish()
    {
        if (_writing is not (var step, var task))
            return;
        _writing = null;
        try
        {
            Saved(step, task.GetAwaiter().GetResult());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _savedStep = -1;
            logger.NotSaved(step, e.Message);
        }
    }

    /// <summary>Prepares a training: sees to it that checkpoints can be written, and resumes, once.</summary>
    public void Prepare(IBatchSource data)
    {
        _store?.RequireWritable(parts.Bytes);
        if (!_resumed)
            Resume(data);
    }

    /// <summary>Continues from the newest valid checkpoint, if there is one.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="CheckpointException">The checkpoints are of another model, or none of them can be read. Nothing has changed.</exception>
    public bool Resume(IBatchSource? data)
    {
        var resumed = Exist && ResumeNewest(data);
        _resumed = true;
        return resumed;
    }

    /// <summary>Takes weights, averages and optimizer from the newest valid checkpoint of a step before, if there is one.</summary>
    /// <returns>The checkpoint's step, or null.</returns>
    public long? RollBack(long before)
    {
        Finish();
        foreach (var (step, path) in _store?.List().Where(c => c.Step < before) ?? [])
        {
            if (ReadValid(path) is not { } state || state.Model != parts.Model.Config)
                continue;
            parts.RestoreWeights(path, state);
            return step;
        }
        return null;
    }

    /// <summary>The best checkpoint's folder; null where none has the metric.</summary>
    public string? Best()
    {
        Finish();
        return _store is null ? null : Retention.Ranked(_store.List(), options.KeepBest ?? new()).FirstOrDefault();
    }

    /// <summary>Where the newest checkpoint is, in words.</summary>
    public string Newest()
    {
        Finish();
        return _store?.List() is [var newest, ..] ? $"The newest checkpoint is '{newest.Path}'." : "There is no checkpoint.";
    }

    private bool ResumeNewest(IBatchSource? data)
    {
        var checkpoints = Store.List();
        foreach (var (_, path) in checkpoints)
        {
            if (ReadValid(path) is not { } state)
                continue;
            Refuse(state.Model, path);
            parts.Restore(path, state);
            _savedStep = state.Step;
            data?.Position = state.Position;
            logger.Resumed(parts.Step, path);
            return true;
        }
        if (checkpoints.Count > 0)
        {
            throw new CheckpointException(
                $"None of the {checkpoints.Count} checkpoints in '{options.CheckpointDirectory}' can be read; the log says why. "
                + "To start anew, move them away.");
        }
        return false;
    }

    private TrainingState? ReadValid(string path)
    {
        try
        {
            CheckpointStore.Verify(path, parts.Files);
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, TrainingParts.StateFile)));
            if (json.RootElement.GetProperty("format").GetInt32() is var format && format == TrainingState.CurrentFormat)
                return json.Deserialize(DitJson.Default.TrainingState);
            logger.Skipped($"'{path}' is of format {format}; this version reads {TrainingState.CurrentFormat}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.Skipped(e.Message);
        }
        catch (JsonException e)
        {
            logger.Skipped($"'{Path.Combine(path, TrainingParts.StateFile)}' cannot be read: {e.Message}");
        }
        return null;
    }

    private void Refuse(DitConfig config, string path)
    {
        if (config == parts.Model.Config)
            return;
        throw new CheckpointException(
            $"'{path}' is of another model: {string.Join("; ", config.DifferencesTo(parts.Model.Config))} (checkpoint against model). "
            + "Choose another CheckpointDirectory, or build the model with the checkpoint's configuration.");
    }

    private CheckpointContents Contents(BatchPosition position, bool copies)
    {
        var store = Store;
        parts.RequireFiniteWeights();
        if (options.KeepBest is { } best && !_warned && (!parts.Metrics.Snapshot(parts.Step).TryGetValue(best.Metric, out var metric) || metric.Step != parts.Step))
        {
            _warned = true;
            logger.NotMeasured(parts.Step, best.Metric);
        }
        var contents = new CheckpointContents(store, parts.Step, new(options.KeepCheckpoints, options.KeepEvery, options.KeepBest), copies);
        parts.AddTo(contents, position);
        return contents;
    }

    private void Saved(long step, string path)
    {
        _savedStep = step;
        logger.Saved(path);
        observers.Tell(observer => observer.OnCheckpoint(step, path));
    }
}
