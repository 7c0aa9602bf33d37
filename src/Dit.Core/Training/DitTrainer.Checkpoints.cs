using System.Reflection;
using System.Text.Json;
using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Core;

public sealed partial class DitTrainer
{
    private const string ModelFile = "model.safetensors";
    private const string ObjectiveFile = "objective.safetensors";
    private const string OptimizerFile = "optimizer.safetensors";
    private const string StateFile = "state.json";

    private (long Step, Task<string> Task)? _writing;

    /// <summary>Writes a checkpoint of the present state, and deletes those that are too old.</summary>
    /// <param name="position">The batch that comes next.</param>
    /// <returns>The checkpoint's folder.</returns>
    /// <exception cref="InvalidOperationException">The options name no <see cref="DitTrainerOptions.CheckpointDirectory"/>.</exception>
    /// <exception cref="NotFiniteNumberException">The weights are not finite. Nothing was written.</exception>
    /// <exception cref="IOException">The checkpoint cannot be written; earlier ones are as they were.</exception>
    public string SaveCheckpoint(BatchPosition position = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        FinishWriting();
        using var contents = Contents(position, copies: false);
        var path = contents.Write();
        Saved(Step, path);
        return path;
    }

    /// <summary>Begins to write a checkpoint of the present state from a copy.</summary>
    private void BeginWriting(BatchPosition position)
    {
        FinishWriting();
        var contents = Contents(position, copies: true);
        _savedStep = Step;
        _writing = (Step, Task.Run(() =>
        {
            using (contents)
                return contents.Write();
        }));
    }

    /// <summary>Waits for a checkpoint that is being written, if there is one. One that failed is reported; the training is not to end for it.</summary>
    private void FinishWriting()
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
            _logger.NotSaved(step, e.Message);
        }
    }

    private void Saved(long step, string path)
    {
        _savedStep = step;
        _logger.Saved(path);
        Tell(observer => observer.OnCheckpoint(step, path));
    }

    /// <summary>What a checkpoint of the present state holds.</summary>
    /// <param name="position">The batch that comes next.</param>
    /// <param name="copies">Whether it holds copies of the tensors, so that the training can go on while it is written.</param>
    private CheckpointContents Contents(BatchPosition position, bool copies)
    {
        var store = Store();
        RequireFiniteWeights();
        using var scope = NewDisposeScope();
        var metadata = ModuleState.Metadata(_model.Config);
        var contents = new CheckpointContents(store, Step, _options.KeepCheckpoints, _options.KeepEvery, copies);
        contents.Add(ModelFile, _model.state_dict(), metadata);
        foreach (var (average, file) in EmaModels.Zip(AverageFiles))
            contents.Add(file, average.state_dict(), metadata);
        if (_learned is { } learned)
            contents.Add(ObjectiveFile, learned.state_dict(), null);
        contents.Add(OptimizerFile, _optimizer.State(), null);
        contents.Add(StateFile, JsonSerializer.SerializeToUtf8Bytes(State(position), DitJson.Default.TrainingState));
        return contents;
    }

    /// <summary>One file for each average: <c>ema.safetensors</c>, <c>ema-2.safetensors</c>, ...</summary>
    private IEnumerable<string> AverageFiles => Enumerable.Range(1, _averages.Length).Select(i => i == 1 ? "ema.safetensors" : $"ema-{i}.safetensors");

    private IEnumerable<string> ObjectiveFiles => _learned is null ? [] : [ObjectiveFile];

    /// <summary>Continues from the newest valid checkpoint, if there is one.</summary>
    /// <param name="data">Batches to move to where the training stopped.</param>
    /// <returns>Whether there was a checkpoint.</returns>
    /// <exception cref="CheckpointException">The checkpoints are of another model, or none of them can be read. Nothing has changed.</exception>
    public bool Resume(IBatchSource? data = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var resumed = _options.CheckpointDirectory is not null && ResumeNewest(data);
        _resumed = true;
        return resumed;
    }

    private bool ResumeNewest(IBatchSource? data)
    {
        var checkpoints = Store().List();
        foreach (var (_, path) in checkpoints)
        {
            if (ReadValid(path) is not { } state)
                continue;
            Refuse(state.Model, path);
            Restore(path, state);
            data?.Position = state.Position;
            _logger.Resumed(Step, path);
            return true;
        }
        if (checkpoints.Count > 0)
        {
            throw new CheckpointException(
                $"None of the {checkpoints.Count} checkpoints in '{_options.CheckpointDirectory}' can be read; the log says why. "
                + "To start anew, move them away.");
        }
        return false;
    }

    /// <summary>A checkpoint that holds no numbers would only displace good ones.</summary>
    private void RequireFiniteWeights()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var (name, parameter) in _model.named_parameters())
        {
            if (parameter.isfinite().all().item<bool>())
                continue;
            throw new NotFiniteNumberException(
                $"The weights '{name}' are not finite after step {Step}: the training diverged. No checkpoint was written; earlier ones are as they were.");
        }
    }

    private CheckpointStore Store() => new(_options.CheckpointDirectory
        ?? throw new InvalidOperationException("There is nowhere to put checkpoints: DitTrainerOptions.CheckpointDirectory is null."));

    private TrainingState? ReadValid(string path)
    {
        try
        {
            CheckpointStore.Verify(path, [ModelFile, .. AverageFiles, .. ObjectiveFiles, OptimizerFile, StateFile]);
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, StateFile)));
            if (json.RootElement.GetProperty("format").GetInt32() is var format && format == TrainingState.CurrentFormat)
                return json.Deserialize(DitJson.Default.TrainingState);
            _logger.Skipped($"'{path}' is of format {format}; this version reads {TrainingState.CurrentFormat}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _logger.Skipped(e.Message);
        }
        catch (JsonException e)
        {
            _logger.Skipped($"'{Path.Combine(path, StateFile)}' cannot be read: {e.Message}");
        }
        return null;
    }

    private void Refuse(DitConfig config, string path)
    {
        if (config == _model.Config)
            return;
        throw new CheckpointException(
            $"'{path}' is of another model: {string.Join("; ", config.DifferencesTo(_model.Config))} (checkpoint against model). "
            + "Choose another CheckpointDirectory, or build the model with the checkpoint's configuration.");
    }

    private void Restore(string path, TrainingState state)
    {
        using var model = SafeTensorsFile.Open(Path.Combine(path, ModelFile));
        using var optimizer = SafeTensorsFile.Open(Path.Combine(path, OptimizerFile));
        ModuleState.Load(model, _model.state_dict(), _model.Config);
        foreach (var ((average, file), updates) in EmaModels.Zip(AverageFiles).Zip(_averages))
        {
            using var weights = SafeTensorsFile.Open(Path.Combine(path, file));
            ModuleState.Load(weights, average.state_dict(), _model.Config);
            updates.Updates = state.Step;
        }
        foreach (var file in ObjectiveFiles)
        {
            using var learned = SafeTensorsFile.Open(Path.Combine(path, file));
            ModuleState.Load(learned, _learned!.state_dict());
        }
        _optimizer.Load(optimizer);
        Step = _savedStep = state.Step;
        (SkippedSteps, ImagesSeen) = (state.SkippedSteps, state.ImagesSeen);
        RestoreRandom(state);
    }

    private TrainingState State(BatchPosition position) => new()
    {
        Step = Step,
        Position = position,
        Model = _model.Config,
        Optimizer = _options.Optimizer,
        SkippedSteps = SkippedSteps,
        ImagesSeen = ImagesSeen,
        LearningRate = _optimizer.LearningRate(Step - 1),
        Averages = [.. _averages.Select(a => a.Profile)],
        Device = _device.type.ToString(),
        Generator = GeneratorState(),
        GlobalGenerators = RandomState.Get(),
        Version = typeof(DitTrainer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
        Engine = $"{Dit.Torch.Engine.BackendName} {Dit.Torch.Engine.TorchVersion}",
    };

    private byte[] GeneratorState()
    {
        using var state = _generator.get_state();
        return state.bytes.ToArray();
    }

    /// <summary>Continues the random numbers; on another kind of device, where that is impossible, it starts others and says so.</summary>
    private void RestoreRandom(TrainingState state)
    {
        if (state.Device != _device.type.ToString())
        {
            _generator.manual_seed((long)_options.Seed + Step);
            _logger.RandomNotRestored($"the checkpoint is of a training on {state.Device}, this one is on {_device.type}");
            return;
        }
        using var bytes = tensor(state.Generator);
        _generator.set_state(bytes);
        try
        {
            state.GlobalGenerators.Set();
        }
        catch (InvalidOperationException e)
        {
            _logger.RandomNotRestored(e.Message);
        }
    }
}
