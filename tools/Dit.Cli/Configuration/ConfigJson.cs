using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Dit.Cli;

/// <summary>How configurations are written in JSON.</summary>
internal static class ConfigJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.Strict,
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Reads an object.</summary>
    /// <exception cref="UsageException">The file is no JSON object.</exception>
    public static JsonObject Read(string path)
    {
        try
        {
            var document = new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
            return JsonNode.Parse(File.ReadAllText(path), documentOptions: document) as JsonObject ?? throw new UsageException($"'{path}' is no JSON object.");
        }
        catch (JsonException e)
        {
            throw new UsageException($"'{path}' is no JSON: {e.Message}");
        }
    }

    /// <summary>Makes a value of an object.</summary>
    /// <param name="json">The object.</param>
    /// <param name="source">Where it comes from, for errors.</param>
    /// <exception cref="UsageException">A name is unknown, or a value is of another type.</exception>
    public static T To<T>(JsonObject json, string source)
    {
        try
        {
            return json.Deserialize<T>(Options)!;
        }
        catch (JsonException e)
        {
            throw new UsageException($"{source} cannot be used: {e.Message}");
        }
    }

    public static JsonObject Of<T>(T value) => (JsonObject)JsonSerializer.SerializeToNode(value, Options)!;

    /// <summary>Puts the values of one object over those of another, object by object.</summary>
    public static void Overlay(JsonObject target, JsonObject values)
    {
        foreach (var (name, value) in values)
        {
            if (value is JsonObject inner && target[name] is JsonObject place) Overlay(place, inner);
            else target[name] = value?.DeepClone();
        }
    }
}
