using Microsoft.Extensions.Logging;

namespace Dit.Core;

/// <summary>What the MLflow observer says in the log; event ids 1100 to 1109.</summary>
internal static partial class MlflowLog
{
    [LoggerMessage(1100, LogLevel.Information, "MLflow run {RunId} of experiment '{Experiment}'.")]
    public static partial void MlflowRun(this ILogger logger, string runId, string experiment);

    [LoggerMessage(1101, LogLevel.Warning, "MLflow does not answer as it should; it is tried again, and the training goes on: {Reason}")]
    public static partial void MlflowFails(this ILogger logger, string reason);

    [LoggerMessage(1102, LogLevel.Error, "{Count} numbers and settings were not taken by MLflow: {Reason}")]
    public static partial void MlflowRefused(this ILogger logger, int count, string reason);

    [LoggerMessage(1103, LogLevel.Error, "{Count} numbers were dropped because MLflow did not take them in time.")]
    public static partial void MlflowDropped(this ILogger logger, long count);
}
