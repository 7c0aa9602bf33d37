using System.IO.Compression;
using System.Reflection;
using System.Text.Json;

namespace Dit.Data.Tests;

/// <summary>Image files and what Pillow makes of them: Golden/pillow.zip, which Golden/make_pillow.py writes.</summary>
internal static class PillowCases
{
    private static readonly string Archive = Path.Combine(
        typeof(PillowCases).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepoRoot").Value!,
        "tests", "Dit.Data.Tests", "Images", "Golden", "pillow.zip");

    private static readonly Dictionary<string, byte[]> Entries = Read();

    private static readonly JsonElement Cases = JsonDocument.Parse(Entries["cases.json"]).RootElement;

    /// <summary>The names of all files.</summary>
    public static IEnumerable<string> Files => Entries.Keys.Where(name => !name.EndsWith(".bin", StringComparison.Ordinal) && name != "cases.json");

    /// <summary>The cases of a kind: number and file.</summary>
    public static IEnumerable<(int Number, string File)> Of(string kind) => Cases.EnumerateArray()
        .Select((c, i) => (Kind: c.GetProperty("kind").GetString(), i, File: c.GetProperty("file").GetString()!))
        .Where(c => c.Kind == kind).Select(c => (c.i, c.File));

    public static byte[] File(string name) => Entries[name];

    public static JsonElement Options(int number) => Cases[number];

    public static PixelImage Expected(int number)
    {
        var c = Cases[number];
        return new(Entries[$"{number}.bin"], c.GetProperty("height").GetInt32(), c.GetProperty("width").GetInt32(), c.GetProperty("channels").GetInt32());
    }

    private static Dictionary<string, byte[]> Read()
    {
        using var archive = ZipFile.OpenRead(Archive);
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var stream = entry.Open();
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray();
        });
    }
}
