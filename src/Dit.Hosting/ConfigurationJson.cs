using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;

namespace Dit.Hosting;

/// <summary>A section of a configuration, in which every value is a text, as JSON, from which immutable options are read.</summary>
internal static class ConfigurationJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNameCaseInsensitive = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowOutOfOrderMetadataProperties = true,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Reads an object.</summary>
    /// <param name="section">Where it is; the result is the default of the type where there is nothing.</param>
    /// <param name="type">What kind is meant where <c>$type</c> is left out, by the name of the property.</param>
    /// <exception cref="JsonException">A name is unknown, or a value of the wrong type.</exception>
    public static T Read<T>(IConfiguration section, params (string Property, string Type)[] type) where T : new()
    {
        if (Node(section) is not JsonObject node)
            return new T();
        foreach (var (property, name) in type)
        {
            if (node.FirstOrDefault(p => string.Equals(p.Key, property, StringComparison.OrdinalIgnoreCase)).Value is JsonObject kind && !kind.ContainsKey("$type"))
                kind["$type"] = name;
        }
        return node.Deserialize<T>(Options)!;
    }

    private static JsonNode? Node(IConfiguration section)
    {
        IConfigurationSection[] children = [.. section.GetChildren()];
        if (children.Length == 0)
            return Value((section as IConfigurationSection)?.Value);
        if (children.Select((child, i) => int.TryParse(child.Key, out var index) && index == i).All(isNext => isNext))
            return new JsonArray([.. children.Select(Node)]);
        return new JsonObject(children.Select(child => KeyValuePair.Create(child.Key, Node(child))));
    }

    /// <summary>A number, a truth value or a text, by how it is written.</summary>
    private static JsonNode? Value(string? text)
    {
        if (bool.TryParse(text, out var flag))
            return flag;
        try
        {
            return text is { Length: > 0 } && (char.IsAsciiDigit(text[0]) || text[0] == '-') ? JsonNode.Parse(text) : text;
        }
        catch (JsonException)
        {
            return text;                                                      // such as 2024-run
        }
    }
}
