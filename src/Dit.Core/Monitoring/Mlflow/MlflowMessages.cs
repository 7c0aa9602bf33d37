using System.Text.Json.Serialization;

namespace Dit.Core;

internal sealed record MlflowMetric(string Key, double Value, long Timestamp, long Step);

internal sealed record MlflowPair(string Key, string Value);

internal sealed record MlflowBatch(string RunId, IReadOnlyList<MlflowMetric> Metrics, IReadOnlyList<MlflowPair> Params);

internal sealed record MlflowNewExperiment(string Name);

internal sealed record MlflowNewRun(string ExperimentId, string? RunName, long StartTime);

internal sealed record MlflowRunUpdate(string RunId, string Status, long? EndTime);

internal sealed record MlflowExperiment(string? ExperimentId);

internal sealed record MlflowExperimentAnswer(MlflowExperiment? Experiment, string? ExperimentId);

internal sealed record MlflowRunInfo(string? RunId);

internal sealed record MlflowRun(MlflowRunInfo? Info);

internal sealed record MlflowRunAnswer(MlflowRun? Run);

/// <summary>The bodies of MLflow's REST requests and answers; what is no finite number is written as protocol buffers' JSON does, "NaN".</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(MlflowBatch))]
[JsonSerializable(typeof(MlflowNewExperiment))]
[JsonSerializable(typeof(MlflowNewRun))]
[JsonSerializable(typeof(MlflowRunUpdate))]
[JsonSerializable(typeof(MlflowExperimentAnswer))]
[JsonSerializable(typeof(MlflowRunAnswer))]
internal sealed partial class MlflowJson : JsonSerializerContext;
