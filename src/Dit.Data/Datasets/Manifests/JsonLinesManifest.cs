using System.Text;
using System.Text.Json;

namespace Dit.Data;

/// <summary>JSON Lines: an object a line.</summary>
internal sealed class JsonLinesManifest(ManifestColumns columns) : IManifestFormat
{
    private readonly string[] _attributes = [.. columns.Attributes];

    public int HeaderLines => 0;

    public ManifestRow Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) throw new FormatException("It is no JSON object.");
            var (path, label) = ((string?)null, (string?)null);
            var attributes = new float[]?[_attributes.Length];
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isPath = reader.ValueTextEquals(columns.Path);
                var isLabel = columns.Label is not null && reader.ValueTextEquals(columns.Label);
                var attribute = Attribute(ref reader);
                reader.Read();
                if (isPath) path = Text(ref reader);
                if (isLabel) label = Text(ref reader);
                if (attribute >= 0) attributes[attribute] = Numbers(ref reader, _attributes[attribute]);
                reader.Skip();
            }
            for (var i = 0; i < attributes.Length; i++)
                if (attributes[i] is null) throw new FormatException($"It has no '{_attributes[i]}'.");
            return new ManifestRow(path, label, [.. attributes.SelectMany(a => a!)]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"It is no JSON object: {e.Message}", e);
        }
    }

    private int Attribute(ref Utf8JsonReader reader)
    {
        for (var i = 0; i < _attributes.Length; i++)
            if (reader.ValueTextEquals(_attributes[i])) return i;
        return -1;
    }

    private static string? Text(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.String => reader.GetString() is { Length: > 0 } text ? text : null,
        _ => throw new FormatException($"A path or label is a {reader.TokenType}, where a string or a number should be."),
    };

    private static float[] Numbers(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartArray) return [Number(ref reader, name)];
        var numbers = new List<float>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) numbers.Add(Number(ref reader, name));
        return [.. numbers];
    }

    private static float Number(ref Utf8JsonReader reader, string name) => reader.TokenType switch
    {
        JsonTokenType.Number => reader.GetSingle(),
        JsonTokenType.True => 1,
        JsonTokenType.False => 0,
        JsonTokenType.Null => float.NaN,
        _ => throw new FormatException($"Its '{name}' has a {reader.TokenType}, where a number should be."),
    };
}
