using System.Reflection;
using System.Text.Json;
using Dit.Torch;
using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>What a training changes: the model, its averages, what the objective learns, the optimizer, random numbers and counts. All of it is in a checkpoint.</summary>
internal sealed class TrainingParts : IDisposable
{
    public const string StateFile = "state.json";

    private const string ModelFile = "model.safetensors";
    private const string ObjectiveFile = "objective.safetensors";
    private const string OptimizerFile = "optimizer.safetensors";

    private readonly DitTrainerOptions _options;
    private readonly ILogger _logger;

    public TrainingParts(DitModel model, nn.Module? learned, DitTrainerOptions options, ILogger logger)
    {
        (Model, Learned, _options, _logger) = (model, learned, options, logger);
        Device = model.parameters().First().device;
        Generator = new Generator(options.Seed, Device);
        Model.DropoutGenerator = Generator;
        Optimizer = new OptimizerRun(model, learned, options);
        EmaProfile[] profiles = [.. options.Averages ?? [new ConstantEma(options.EmaDecay)]];
        EmaModels = [.. profiles.Select(_ => NewAverage())];
        Averages = [.. EmaModels.Zip(profiles, ExponentialMovingAverage.In)];
        Scaler = options.LossScaling is null && options.Precision != Precision.Float16 ? null : new LossScaler(options.LossScaling);
        Spikes = options.SpikeDetection is { } spikes ? new SpikeDetector(spikes) : null;
    }

    public DitModel Model { get; }

    /// <summary>What the objective learns.</summary>
    public nn.Module? Learned { get; }

    public IReadOnlyList<DitModel> EmaModels { get; }

    public IReadOnlyList<ExponentialMovingAverage> Averages { get; }

    public OptimizerRun Optimizer { get; }

    public LossScaler? Scaler { get; }

    public SpikeDetector? Spikes { get; }

    public TrainingMetrics Metrics { get; } = new();

    public Generator Generator { get; }

    public Device Device { get; }

    public long Step { get; set; }

    public long ImagesSeen { get; set; }

    public long SkippedSteps { get; set; }

    public int Rollbacks { get; set; }

    /// <summary>About how large a checkpoint is.</summary>
    public long Bytes
    {
        get
        {
            using var scope = NewDisposeScope();
            var optimizer = Optimizer.State().Values.Sum(t => t.numel() * t.element_size());
            return optimizer + ((1 + Averages.Count) * Model.parameters().Sum(p => p.numel() * p.element_size()));
        }
    }

    /// <summary>The files of a checkpoint.</summary>
    public IEnumerable<string> Files => [ModelFile, .. AverageFiles, .. ObjectiveFiles, OptimizerFile, StateFile];

    /// <summary>One file for each average: <c>ema.safetensors</c>, <c>ema-2.safetensors</c>, ...</summary>
    private IEnumerable<string> AverageFiles => Enumerable.Range(1, Averages.Count).Select(i => i == 1 ? "ema.safetensors" : $"ema-{i}.safetensors");

    private IEnumerable<string> ObjectiveFiles => Learned is null ? [] : [ObjectiveFile];

    /// <summary>Puts everything into a checkpoint.</summary>
    /// <param name="contents">The checkpoint.</param>
    /// <param name="position">The batch that comes next.</param>
    public void AddTo(CheckpointContents contents, BatchPosition position)
    {
        using var scope = NewDisposeScope();
        var metadata = ModuleState.Metadata(Model.Config);
        contents.Add(ModelFile, Model.state_dict(), metadata);
        foreach (var (average, file) in EmaModels.Zip(AverageFiles))
            contents.Add(file, average.state_dict(), metadata);
        if (Learned is { } learned)
            contents.Add(ObjectiveFile, learned.state_dict(), null);
        contents.Add(OptimizerFile, Optimizer.State(), null);
        contents.Add(StateFile, JsonSerializer.SerializeToUtf8Bytes(State(position), DitJson.Default.TrainingState));
    }

    /// <summary>Goes back to a checkpoint's weights, averages, objective and optimizer; steps, random numbers and data go on.</summary>
    /// <exception cref="CheckpointException">A file does not fit.</exception>
    public void RestoreWeights(string path, TrainingState state)
    {
        (string File, Dictionary<string, Tensor> Targets, DitConfig? Config)[] parts =
        [
            (ModelFile, Model.state_dict(), Model.Config),
            .. EmaModels.Zip(AverageFiles, (average, file) => (file, average.state_dict(), Model.Config)),
            .. ObjectiveFiles.Select(file => (file, Learned!.state_dict(), (DitConfig?)null)),
        ];
        foreach (var check in new[] { true, false })                          // nothing is changed before all of it is known to fit
        {
            foreach (var (file, targets, config) in parts)
            {
                using var tensors = SafeTensorsFile.Open(Path.Combine(path, file));
                if (check) ModuleState.Check(tensors, targets, config);
                else ModuleState.Load(tensors, targets, config);
            }
            using var optimizer = SafeTensorsFile.Open(Path.Combine(path, OptimizerFile));
            if (check) Optimizer.Check(optimizer);
            else Optimizer.Load(optimizer);
        }
        if ((Scaler, state.LossScale) is ({ } scaler, { } scale))
            (scaler.Factor, scaler.StepsWithoutOverflow) = (scale.Factor, scale.StepsWithoutOverflow);
    }

    /// <summary>Continues from a checkpoint.</summary>
    /// <exception cref="CheckpointException">A file does not fit.</exception>
    public void Restore(string path, TrainingState state)
    {
        RestoreWeights(path, state);
        foreach (var average in Averages)
            average.Updates = state.Step;
        (Step, ImagesSeen, SkippedSteps, Rollbacks) = (state.Step, state.ImagesSeen, state.SkippedSteps, state.Rollbacks);
        if (Spikes is { } spikes)
            (spikes.Losses, spikes.HighInARow) = (state.RecentLosses, state.HighLosses);
        Metrics.Restore(state.Metrics);
        Metrics.Losses = (state.LossSum, state.LossWeight);
        RestoreRandom(state);
    }

    /// <summary>A checkpoint that holds no numbers would only displace good ones.</summary>
    /// <exception cref="NotFiniteNumberException">The weights are not finite.</exception>
    public void RequireFiniteWeights()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var (name, parameter) in Model.named_parameters())
        {
            if (parameter.isfinite().all().item<bool>())
                continue;
            throw new NotFiniteNumberException(
                $"The weights '{name}' are not finite after step {Step}: the training diverged. No checkpoint was written; earlier ones are as they were.");
        }
    }

    public void Dispose()
    {
        if (ReferenceEquals(Model.DropoutGenerator, Generator))
            Model.DropoutGenerator = null;
        foreach (var average in Averages)
            average.Dispose();
        foreach (var model in EmaModels)
            model.Dispose();
        Optimizer.Dispose();
        Generator.Dispose();
    }

    private TrainingState State(BatchPosition position) => new()
    {
        Step = Step,
        Position = position,
        Model = Model.Config,
        Optimizer = _options.Optimizer,
        SkippedSteps = SkippedSteps,
        Rollbacks = Rollbacks,
        ImagesSeen = ImagesSeen,
        LearningRate = Optimizer.LearningRate(Step - 1),
        LossScale = Scaler is { } scaler ? new(scaler.Factor, scaler.StepsWithoutOverflow) : null,
        RecentLosses = [.. Spikes?.Losses ?? []],
        HighLosses = Spikes?.HighInARow ?? 0,
        Metrics = Metrics.Snapshot(Step),
        LossSum = Metrics.Losses.Sum,
        LossWeight = Metrics.Losses.Weight,
        Averages = [.. Averages.Select(a => a.Profile)],
        Device = Device.type.ToString(),
        Generator = GeneratorState(),
        GlobalGenerators = RandomState.Get(),
        Version = typeof(DitTrainer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
        Engine = $"{Dit.Torch.Engine.BackendName} {Dit.Torch.Engine.TorchVersion}",
    };

    private byte[] GeneratorState()
    {
        using var state = Generator.get_state();
        return state.bytes.ToArray();
    }

    /// <summary>Continues the random numbers; on another kind of device, where that is impossible, it starts others and says so.</summary>
    private void RestoreRandom(TrainingState state)
    {
        if (state.Device != Device.type.ToString())
        {
            Generator.manual_seed((long)_options.Seed + Step);
            _logger.RandomNotRestored($"the checkpoint is of a training on {state.Device}, this one is on {Device.type}");
            return;
        }
        using var bytes = tensor(state.Generator);
        Generator.set_state(bytes);
        try
        {
            state.GlobalGenerators.Set();
        }
        catch (InvalidOperationException e)
        {
            _logger.RandomNotRestored(e.Message);
        }
    }

    /// <summary>A copy of the model to keep an average in.</summary>
    private DitModel NewAverage()
    {
        var copy = DitModel.Unfilled(Model.Config).to(Device);
        copy.eval();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var (average, parameter) in copy.parameters().Zip(Model.parameters()))
            average.copy_(parameter);
        return copy;
    }
}
