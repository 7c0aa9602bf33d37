namespace Dit.Core;

/// <summary>How a training stands after a step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps the training is to reach; <see cref="Step"/> where a host calls the steps itself.</param>
/// <param name="Loss">Loss of the step's batch.</param>
/// <param name="GradientNorm">Norm of all gradients together, before they are scaled down to <see cref="DitTrainerOptions.MaxGradientNorm"/>.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="ImagesPerSecond">Images per second since the last report.</param>
/// <param name="Position">The batch that comes next.</param>
public readonly record struct TrainingProgress(
    long Step, long Steps, double Loss, double GradientNorm, double LearningRate, double ImagesPerSecond, BatchPosition Position)
{
    /// <value>Share of the time since the last report that the training waited for batches, 0 to 1; 0 where a host brings them.</value>
    public double DataWait { get; init; }

    /// <value>
    /// Time until <see cref="Steps"/> at the mean pace since the training started, what observers and checkpoints take included, in whole
    /// seconds; <see langword="null"/> where no goal is ahead.
    /// </value>
    public TimeSpan? TimeLeft { get; init; }
}
