using System.Formats.Tar;

namespace Dit.Data.Tests;

/// <summary>Writes WebDataset shards.</summary>
internal static class Tars
{
    public static string Write(string path, params IEnumerable<(string Name, byte[] Content)> files)
    {
        using var stream = File.Create(path);
        using var tar = new TarWriter(stream, TarEntryFormat.Pax);
        foreach (var (name, content) in files) tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        return path;
    }

    /// <summary>Shards of samples n, n + 1, ...: a picture of the level n mod 256 with the class n.</summary>
    public static string[] Write(string folder, params int[] sizes)
    {
        var first = 0;
        return [.. sizes.Select((size, shard) =>
        {
            var samples = Enumerable.Range(first, size).SelectMany(n => new[]
            {
                ($"{n:D6}.cls", System.Text.Encoding.ASCII.GetBytes($"{n}\n")), ($"{n:D6}.png", Pictures.Make((byte)n).ToPng()), ($"{n:D6}.txt", "about"u8.ToArray()),
            });
            first += size;
            return Write(Path.Combine(folder, $"shard-{shard:D2}.tar"), samples);
        })];
    }
}
