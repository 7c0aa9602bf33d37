using Dit.Torch;
using Microsoft.Extensions.Logging;

namespace Dit.Core.Tests;

/// <summary>A small training in a folder; making a second one in the same folder is what a restarted program does.</summary>
internal sealed class TrainingRun : IDisposable
{
    public TrainingRun(string? folder, DitConfig? config = null, FixedBatches? data = null, ILoggerFactory? log = null, Func<DitTrainerOptions, DitTrainerOptions>? with = null,
        ITrainingObjective? objective = null)
    {
        config ??= Models.Tiny;
        Model = Models.Random(config, seed: 11);
        Data = data ?? new FixedBatches(config);
        var options = new DitTrainerOptions
        {
            Optimizer = new AdamWOptions { LearningRate = 1e-3 },
            WarmupSteps = 10,
            EmaDecay = 0.9,
            Seed = 3,
            Precision = Precision.Float32,
            CheckpointDirectory = folder,
            CheckpointEvery = 10,
            LogEvery = 10,
        };
        Trainer = new DitTrainer(Model, objective ?? new FlowObjective(), with?.Invoke(options) ?? options, log);
    }

    public DitModel Model { get; }

    public FixedBatches Data { get; }

    public DitTrainer Trainer { get; }

    public Task FitAsync(long steps, CancellationToken cancellationToken = default) => Trainer.FitAsync(Data, steps, cancellationToken);

    /// <summary>Every file of a checkpoint but the sums, which follow from them, and the names of all.</summary>
    public static Dictionary<string, byte[]> Bytes(string folder, string step) =>
        Directory.GetFiles(Path.Combine(folder, step)).ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes);

    public void Dispose()
    {
        Trainer.Dispose();
        Model.Dispose();
    }
}
