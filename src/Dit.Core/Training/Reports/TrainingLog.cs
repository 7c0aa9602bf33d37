using Microsoft.Extensions.Logging;

namespace Dit.Core;

/// <summary>What a training says in the log; event ids 1000 to 1099.</summary>
internal static partial class TrainingLog
{
    [LoggerMessage(1000, LogLevel.Information, "Training {Parameters} parameters on {Device} in {Precision} from step {Step} to {Length}.")]
    public static partial void Started(this ILogger logger, long parameters, string device, string precision, long step, string length);

    [LoggerMessage(1001, LogLevel.Information, "Resumed at step {Step} from '{Path}'.")]
    public static partial void Resumed(this ILogger logger, long step, string path);

    [LoggerMessage(1002, LogLevel.Information,
        "Step {Step} of {Steps}: loss {Loss:G5}, gradient norm {GradientNorm:G4}, learning rate {LearningRate:G4}, {ImagesPerSecond:F1} images/s, "
        + "{DataWait:P0} of the time waiting for data{TimeLeft}.")]
    public static partial void Step(
        this ILogger logger, long step, long steps, double loss, double gradientNorm, double learningRate, double imagesPerSecond, double dataWait, string timeLeft);

    [LoggerMessage(1003, LogLevel.Information, "Saved '{Path}'.")]
    public static partial void Saved(this ILogger logger, string path);

    [LoggerMessage(1004, LogLevel.Information, "Stopped after step {Step}, before {Length}.")]
    public static partial void Cancelled(this ILogger logger, long step, string length);

    [LoggerMessage(1005, LogLevel.Information, "Training is done: {Step} steps.")]
    public static partial void Finished(this ILogger logger, long step);

    [LoggerMessage(1006, LogLevel.Warning, "Skipped a checkpoint: {Reason}")]
    public static partial void Skipped(this ILogger logger, string reason);

    [LoggerMessage(1007, LogLevel.Error, "Training ended at step {Step}: {Reason}")]
    public static partial void Failed(this ILogger logger, long step, string reason);

    [LoggerMessage(1008, LogLevel.Warning, "The random numbers do not continue those of the checkpoint: {Reason}")]
    public static partial void RandomNotRestored(this ILogger logger, string reason);

    [LoggerMessage(1009, LogLevel.Warning, "Step {Step} is left out: its loss is {Loss}, its gradient's norm {GradientNorm} ({InARow} in a row; more than {Most} stop the training).")]
    public static partial void StepSkipped(this ILogger logger, long step, double loss, double gradientNorm, int inARow, int most);

    [LoggerMessage(1010, LogLevel.Error, "{Observer} failed at step {Step}; the training goes on, and further failures of it are not logged.")]
    public static partial void ObserverFailed(this ILogger logger, Exception exception, string observer, long step);

    [LoggerMessage(1011, LogLevel.Error, "The checkpoint of step {Step} could not be written; the training goes on: {Reason}")]
    public static partial void NotSaved(this ILogger logger, long step, string reason);

    [LoggerMessage(1012, LogLevel.Information, "Step {Step} is left out: its gradient overflows float16. The loss is scaled by {Scale} from now on.")]
    public static partial void Overflow(this ILogger logger, long step, double scale);

    [LoggerMessage(1013, LogLevel.Warning, "The loss spikes: {Loss:G5} after step {Step}, and {InARow} in a row above {Limit:G5}.")]
    public static partial void Spike(this ILogger logger, long step, double loss, double limit, int inARow);

    [LoggerMessage(1014, LogLevel.Warning,
        "After step {Step} weights, averages and optimizer went back to the checkpoint of step {Checkpoint}; data and random numbers go on ({Rollbacks} of at most {Most}).")]
    public static partial void RolledBack(this ILogger logger, long step, long checkpoint, int rollbacks, int most);

    [LoggerMessage(1015, LogLevel.Error, "After step {Step} the training cannot go back: there is no valid checkpoint from before the spike. It goes on as it is.")]
    public static partial void NotRolledBack(this ILogger logger, long step);

    [LoggerMessage(1016, LogLevel.Warning,
        "The checkpoint of step {Step} cannot be kept as the best: '{Metric}' was not measured at this step. Measure it at every checkpoint. Further ones are not logged.")]
    public static partial void NotMeasured(this ILogger logger, long step, string metric);
}
