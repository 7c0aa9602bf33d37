namespace Dit.Core;

/// <summary>When a loss is so far above those before that something went wrong, and what is done about it.</summary>
/// <remarks>
/// A loss is high above median + <see cref="Deviations"/> x 1.4826 x MAD of the losses before, where MAD is their median absolute deviation, so
/// that 1.4826 MAD is the standard deviation of normal ones, whatever a few outliers are.
/// </remarks>
public sealed record SpikeDetection
{
    /// <value>Losses that a loss is compared with; before there are so many, none is judged. Default 200.</value>
    public int Window { get; init; } = 200;

    /// <value>Standard deviations above the median from which on a loss is high. Default 10.</value>
    public double Deviations { get; init; } = 10;

    /// <value>How many losses in a row must be high: single ones come from unlucky batches. Default 3.</value>
    public int InARow { get; init; } = 3;

    /// <value>
    /// Whether weights, averages and optimizer go back to the newest checkpoint from before the spike. Steps, learning rate, data and random numbers go
    /// on, so that what led to the spike is not met again. Default <see langword="false"/>: it is only logged and counted.
    /// </value>
    public bool RollsBack { get; init; }

    /// <value>How often the training may go back before it stops. Default 3.</value>
    public int MaxRollbacks { get; init; } = 3;

    internal void Validate(Problems problems)
    {
        problems.Require(Window >= 2, $"SpikeDetection.Window is {Window}; it must be at least 2.");
        problems.Require(Deviations > 0 && double.IsFinite(Deviations), Problems.Invariant($"SpikeDetection.Deviations is {Deviations}; it must be positive."));
        problems.Require(InARow > 0 && InARow < Window, $"SpikeDetection.InARow is {InARow}; it must be positive and less than Window ({Window}).");
        problems.Require(MaxRollbacks > 0, $"SpikeDetection.MaxRollbacks is {MaxRollbacks}; it must be positive.");
    }
}
