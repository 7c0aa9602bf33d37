using System.Text.Json.Serialization;

namespace Dit.Core;

/// <summary>The JSON forms of this assembly, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(DitConfig))]
[JsonSerializable(typeof(DitTrainerOptions))]
[JsonSerializable(typeof(TrainingState))]
internal sealed partial class DitJson : JsonSerializerContext;
