namespace Dit.Core;

/// <summary>Which checkpoints are the best; those are kept whatever their age.</summary>
public sealed record BestCheckpoints
{
    /// <value>
    /// The number that checkpoints are compared by: <see cref="TrainingMetrics.Loss"/>, the default, or one that is logged to
    /// <see cref="DitTrainer.Metrics"/>, such as <c>held_out_loss/ema</c>. It counts for a checkpoint if it was measured at the checkpoint's step, so
    /// measure as often as <see cref="DitTrainerOptions.CheckpointEvery"/>.
    /// </value>
    public string Metric { get; init; } = TrainingMetrics.Loss;

    /// <value>Whether higher is better. Default <see langword="false"/>.</value>
    public bool HigherIsBetter { get; init; }

    /// <value>How many are kept. Default 1.</value>
    public int Count { get; init; } = 1;

    internal void Validate(Problems problems)
    {
        problems.Require(!string.IsNullOrWhiteSpace(Metric), "KeepBest.Metric is empty; name a metric.");
        problems.Require(Count > 0, $"KeepBest.Count is {Count}; it must be positive.");
    }
}
