using System.ComponentModel;
using Dit.Core;
using Dit.Torch;

namespace Dit.Cli;

/// <summary>How a model is trained.</summary>
internal sealed record TrainingConfig
{
    [Description("Steps in all.")]
    public long Steps { get; init; } = 10_000;

    [Description("Images in a step.")]
    public int Batch { get; init; } = 32;

    public OptimizerKind Optimizer { get; init; }

    [Description("Learning rate after the warm-up.")]
    public double LearningRate { get; init; } = 1e-4;

    public double WeightDecay { get; init; }

    [Description("Steps over which the learning rate rises to its full value.")]
    public long Warmup { get; init; }

    [Description("Whether the learning rate falls along half a cosine to 0 at the end.")]
    public bool Cosine { get; init; }

    [Description("Decay of the averaged weights per step, which they reach after a warm-up.")]
    public double EmaDecay { get; init; } = 0.9999;

    [Description("Largest norm of the gradients; null for no limit.")]
    public double? MaxGradientNorm { get; init; } = 1.0;

    [Description("Into how many parts a batch is divided: the same step in less memory.")]
    public int Accumulation { get; init; } = 1;

    [Description("Whether blocks are computed again in the backward pass: less memory, a third more time.")]
    public bool ActivationCheckpointing { get; init; }

    public Precision Precision { get; init; } = Precision.Auto;

    [Description("Fixes weights, data order and noise.")]
    public int Seed { get; init; }

    [Description("Steps from one checkpoint to the next.")]
    public long CheckpointEvery { get; init; } = 1000;

    [Description("How many of the newest checkpoints are kept; null for all.")]
    public int? KeepCheckpoints { get; init; } = 3;

    [Description("Steps from one sheet of samples to the next; 0 for none.")]
    public long SampleEvery { get; init; } = 1000;

    /// <summary>The trainer's options.</summary>
    /// <param name="folder">Where checkpoints go; null for nowhere.</param>
    public DitTrainerOptions ToOptions(string? folder) => new()
    {
        Optimizer = Optimizer switch
        {
            OptimizerKind.Adam => new AdamOptions { LearningRate = LearningRate, WeightDecay = WeightDecay },
            OptimizerKind.Sgd => new SgdOptions { LearningRate = LearningRate, WeightDecay = WeightDecay },
            _ => new AdamWOptions { LearningRate = LearningRate, WeightDecay = WeightDecay },
        },
        WarmupSteps = Warmup,
        LearningRateSchedule = Cosine ? new CosineDecay(Math.Max(1, Steps - Warmup)) : new ConstantRate(),
        Averages = [new WarmupEma { Rate = EmaDecay, Power = 0.75 }],
        MaxGradientNorm = MaxGradientNorm,
        AccumulationSteps = Accumulation,
        Precision = Precision,
        Seed = (ulong)Seed,
        CheckpointDirectory = folder,
        CheckpointEvery = CheckpointEvery,
        KeepCheckpoints = KeepCheckpoints,
    };
}
