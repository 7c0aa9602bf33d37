using System.Text.Json.Serialization;

namespace Dit.Core;

/// <summary>The JSON forms of what is kept of a run, generated at compile time; a line each.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StepRecord))]
[JsonSerializable(typeof(ValuesRecord))]
[JsonSerializable(typeof(HistogramRecord))]
[JsonSerializable(typeof(RunRecord))]
internal sealed partial class MonitoringJson : JsonSerializerContext;
