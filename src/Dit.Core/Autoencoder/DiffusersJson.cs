using System.Text.Json.Serialization;

namespace Dit.Core;

/// <summary>diffusers' JSON, generated at compile time. Unknown properties are passed over.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DiffusersAutoencoder))]
internal sealed partial class DiffusersJson : JsonSerializerContext;
