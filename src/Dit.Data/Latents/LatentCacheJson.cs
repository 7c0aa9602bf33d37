using System.Text.Json.Serialization;

namespace Dit.Data;

/// <summary>The JSON form of a cache's index, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    NewLine = "\n",
    UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(LatentCacheIndex))]
[JsonSerializable(typeof(SortedDictionary<int, string>))]
internal sealed partial class LatentCacheJson : JsonSerializerContext;
