using System.Text.Encodings.Web;
using System.Text.Json;
using Dit.Core;

namespace Dit.Data;

/// <summary>Class names in the order of their labels, in a JSON file: an array of strings.</summary>
/// <remarks>A model's labels are numbers. Its class list says what they mean, also when a folder is added or missing later.</remarks>
public static class ClassList
{
    /// <summary>Writes a list.</summary>
    /// <param name="path">The file; it is replaced as a whole.</param>
    /// <param name="names">The names.</param>
    public static void Save(string path, IReadOnlyList<string> names)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(names);
        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (var name in names) json.WriteStringValue(name);
            json.WriteEndArray();
        }
        AtomicFile.Write(path, content.ToArray());
    }

    /// <summary>Reads a list.</summary>
    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <exception cref="InvalidDataException">The file is not an array of strings, or has a name twice.</exception>
    public static IReadOnlyList<string> Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            string[] names = [.. json.RootElement.EnumerateArray().Select(static e => e.GetString() ?? throw new InvalidOperationException("It has a null."))];
            Index(names, path);
            return names;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"'{path}' is not a class list, which is a JSON array of strings: {e.Message}", e);
        }
    }

    /// <summary>From names to labels.</summary>
    internal static Dictionary<string, int> Index(IReadOnlyList<string> names, string source)
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
            if (!index.TryAdd(names[i], i)) throw new InvalidDataException($"{source} has the class '{names[i]}' twice, as {index[names[i]]} and as {i}.");
        return index;
    }
}
