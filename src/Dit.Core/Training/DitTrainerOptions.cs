using Dit.Torch;

namespace Dit.Core;

/// <summary>Settings of a training.</summary>
public sealed record DitTrainerOptions
{
    /// <value>The optimizer. Default: AdamW, as the official DiT's.</value>
    public OptimizerSettings Optimizer { get; init; } = new AdamWOptions();

    /// <value>Steps over which the learning rate rises linearly to its full value; 0 for none. Default 0.</value>
    public long WarmupSteps { get; init; }

    /// <value>How the learning rate changes after the warm-up. Default: it stays.</value>
    public LearningRateSchedule LearningRateSchedule { get; init; } = new ConstantRate();

    /// <value>
    /// Into how many parts a batch is divided, whose gradients are added up before the optimizer's step: the same step in less memory. Default 1.
    /// </value>
    public int AccumulationSteps { get; init; } = 1;

    /// <value>Largest norm of all gradients together; larger ones are scaled down to it. <see langword="null"/> for no limit. Default 1.</value>
    public double? MaxGradientNorm { get; init; } = 1.0;

    /// <value>Largest size of an element of a gradient; larger ones are cut off, before <see cref="MaxGradientNorm"/>. Default <see langword="null"/>: no limit.</value>
    public double? MaxGradientValue { get; init; }

    /// <value>Decay of the averaged weights per step. Default 0.9999; a short training wants less, or <see cref="Averages"/> with a warm-up.</value>
    public double EmaDecay { get; init; } = 0.9999;

    /// <value>
    /// The averages to keep, the first of which is <see cref="DitTrainer.EmaModel"/>. Default <see langword="null"/>: one of <see cref="EmaDecay"/>.
    /// Two of <see cref="PowerEma"/> let <see cref="PosthocEma"/> make any other afterwards.
    /// </value>
    public IReadOnlyList<EmaProfile>? Averages { get; init; }

    /// <value>
    /// How many steps in a row may be left out because their loss or gradient is no number, before the training stops. Above 0 every step's loss
    /// is read, which on a GPU waits for it. Default 0: the first one stops the training.
    /// </value>
    public int MaxSkippedSteps { get; init; }

    /// <value>
    /// Arithmetic of the model's products; weights, loss and optimizer are float32 in any case. Default
    /// <see cref="Precision.Auto"/>: bfloat16 where the processor or GPU has it in hardware. <see cref="Precision.Float16"/> needs a CUDA device.
    /// </value>
    public Precision Precision { get; init; } = Precision.Auto;

    /// <value>
    /// How the loss is scaled. Above all for <see cref="Precision.Float16"/>, which has the default settings where this is <see langword="null"/>, the default;
    /// the other precisions do not need it. It reads every step's gradient, which on a GPU waits for it.
    /// </value>
    public LossScaling? LossScaling { get; init; }

    /// <value>
    /// When a loss is a spike, and what is done about it. It reads every step's loss, which on a GPU waits for it. Default <see langword="null"/>: nothing is.
    /// </value>
    public SpikeDetection? SpikeDetection { get; init; }

    /// <value>Seed of noise, times and label dropout. Default 0.</value>
    public ulong Seed { get; init; }

    /// <value>Where checkpoints are written and resumed from; <see langword="null"/> for none. Default <see langword="null"/>.</value>
    public string? CheckpointDirectory { get; init; }

    /// <value>Steps from one checkpoint to the next; there also is one at the end. Default 1000.</value>
    public long CheckpointEvery { get; init; } = 1000;

    /// <value>
    /// Whether checkpoints are written while the training goes on, from a copy of the weights. Default <see langword="true"/>.
    /// </value>
    public bool WritesInBackground { get; init; } = true;

    /// <value>Every how many steps a checkpoint is kept for good, whatever <see cref="KeepCheckpoints"/> says. Default <see langword="null"/>: none.</value>
    public long? KeepEvery { get; init; }

    /// <value>How many of the newest checkpoints to keep; <see langword="null"/> for all. Default 3.</value>
    public int? KeepCheckpoints { get; init; } = 3;

    /// <value>The best checkpoints by a metric, which are kept whatever <see cref="KeepCheckpoints"/> says. Default <see langword="null"/>: none.</value>
    public BestCheckpoints? KeepBest { get; init; }

    /// <value>
    /// Steps from one report to the observers to the next. Each report reads the loss, which on a GPU waits for it.
    /// <see langword="null"/>, the default, for every step on the CPU and every 20th elsewhere.
    /// </value>
    public int? ReportEvery { get; init; }

    /// <value>Steps from one line in the log to the next. Default 100.</value>
    public int LogEvery { get; init; } = 100;

    /// <summary>Checks the settings and reports every problem at once.</summary>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException">At least one value is out of range.</exception>
    public DitTrainerOptions Validate()
    {
        var problems = new Problems(nameof(DitTrainerOptions));
        if (problems.Require(Optimizer is not null, "Optimizer is null."))
            Optimizer!.Validate(problems);
        problems.Require(WarmupSteps >= 0, $"WarmupSteps is {WarmupSteps}; it must not be negative.");
        if (problems.Require(LearningRateSchedule is not null, "LearningRateSchedule is null."))
            LearningRateSchedule!.Validate(problems);
        problems.Require(AccumulationSteps > 0, $"AccumulationSteps is {AccumulationSteps}; it must be positive.");
        problems.Require(MaxGradientValue is null or (> 0 and < double.PositiveInfinity),
            Problems.Invariant($"MaxGradientValue is {MaxGradientValue}; it must be positive, or null for no limit."));
        if (problems.Require(Averages is null or { Count: > 0 }, "Averages is empty; name at least one, or null for EmaDecay."))
        {
            foreach (var profile in Averages ?? [])
                profile.Validate(problems);
        }
        problems.Require(MaxSkippedSteps >= 0, $"MaxSkippedSteps is {MaxSkippedSteps}; it must not be negative.");
        LossScaling?.Validate(problems);
        KeepBest?.Validate(problems);
        SpikeDetection?.Validate(problems);
        problems.Require(SpikeDetection is not { RollsBack: true } || CheckpointDirectory is not null,
            "SpikeDetection.RollsBack needs checkpoints to go back to: name a CheckpointDirectory.");
        problems.Require(SpikeDetection is not { RollsBack: true } || KeepCheckpoints is null or > 1,
            "SpikeDetection.RollsBack needs a checkpoint from before the spike: KeepCheckpoints must be at least 2.");
        problems.Require(KeepEvery is null or > 0, $"KeepEvery is {KeepEvery}; it must be positive, or null for none.");
        problems.Require(MaxGradientNorm is null or (> 0 and < double.PositiveInfinity),
            Problems.Invariant($"MaxGradientNorm is {MaxGradientNorm}; it must be positive, or null for no limit."));
        problems.Require(EmaDecay is >= 0 and < 1, Problems.Invariant($"EmaDecay is {EmaDecay}; it must be at least 0 and less than 1."));
        problems.Require(Enum.IsDefined(Precision), $"Precision is {Precision}, which is no known value.");
        problems.Require(CheckpointDirectory is null || !string.IsNullOrWhiteSpace(CheckpointDirectory),
            "CheckpointDirectory is empty; name a folder, or null for no checkpoints.");
        problems.Require(CheckpointEvery > 0, $"CheckpointEvery is {CheckpointEvery}; it must be positive.");
        problems.Require(KeepCheckpoints is null or > 0, $"KeepCheckpoints is {KeepCheckpoints}; it must be positive, or null for all.");
        problems.Require(ReportEvery is null or > 0, $"ReportEvery is {ReportEvery}; it must be positive, or null for the default.");
        problems.Require(LogEvery > 0, $"LogEvery is {LogEvery}; it must be positive.");
        problems.ThrowIfAny();
        return this;
    }
}
