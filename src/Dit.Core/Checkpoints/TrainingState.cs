using Dit.Torch;

namespace Dit.Core;

/// <summary>What <c>state.json</c> in a checkpoint holds: everything a resumed training needs besides tensors.</summary>
internal sealed record TrainingState
{
    /// <summary>Version of the layout of a checkpoint.</summary>
    public const int CurrentFormat = 2;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>Steps done.</summary>
    public required long Step { get; init; }

    /// <summary>The batch that comes next.</summary>
    public required BatchPosition Position { get; init; }

    /// <summary>The model's configuration.</summary>
    public required DitConfig Model { get; init; }

    /// <summary>The optimizer's settings; those of the resuming training win.</summary>
    public required OptimizerSettings Optimizer { get; init; }

    /// <summary>Learning rate of the last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The averages; those of the resuming training win.</summary>
    public required IReadOnlyList<EmaProfile> Averages { get; init; }

    /// <summary>Images seen.</summary>
    public required long ImagesSeen { get; init; }

    /// <summary>Steps that were left out because their loss or gradient was no number.</summary>
    public required long SkippedSteps { get; init; }

    /// <summary>How often the training went back to an earlier checkpoint.</summary>
    public int Rollbacks { get; init; }

    /// <summary>The factor of the loss; <see langword="null"/> where it is not scaled.</summary>
    public LossScaleState? LossScale { get; init; }

    /// <summary>Losses that the next ones are compared with to see spikes, the newest last.</summary>
    public IReadOnlyList<double> RecentLosses { get; init; } = [];

    /// <summary>How many of them were too high in a row up to now.</summary>
    public int HighLosses { get; init; }

    /// <summary>What was measured of the training.</summary>
    public SortedDictionary<string, MetricValue> Metrics { get; init; } = [];

    /// <summary>Sum of the losses in the average of them.</summary>
    public double LossSum { get; init; }

    /// <summary>Sum of their weights.</summary>
    public double LossWeight { get; init; }

    /// <summary>Kind of device of the training; a generator's state is of one kind.</summary>
    public required string Device { get; init; }

    /// <summary>State of the training's own generator.</summary>
    public required byte[] Generator { get; init; }

    /// <summary>State of torch's global generators.</summary>
    public required RandomState GlobalGenerators { get; init; }

    /// <summary>Version of this library.</summary>
    public required string Version { get; init; }

    /// <summary>Version of the engine.</summary>
    public required string Engine { get; init; }
}

/// <summary>State of a <see cref="LossScaler"/>.</summary>
internal sealed record LossScaleState(double Factor, int StepsWithoutOverflow);
