using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Dit.Data;

/// <summary>WebDataset shards: tar files in which the files of one name, up to its first dot, are one sample.</summary>
/// <remarks>
/// A sample is an image (.png, .jpg, .jpeg, .webp, .gif, .bmp, .tif, .tiff, .avif) and, if there are labels, a .cls file with a number or a .json file
/// with "label" (or "cls") and "attributes". The files of a sample follow each other. What else a sample has is left out, as are samples
/// without an image. Shards are never read backwards, so any stream will do: see <c>open</c>.
/// </remarks>
public sealed class TarShards : IImageSequence
{
    private const int Largest = 1 << 30;
    private const int BufferSize = 1 << 18;

    private static readonly HashSet<string> Images = new(FolderScan.Extensions.Replace(".", "", StringComparison.Ordinal).Split(", "), StringComparer.OrdinalIgnoreCase);

    private readonly string[] _shards;
    private readonly Func<string, Stream> _open;

    /// <summary>Nothing is opened yet.</summary>
    /// <param name="shards">The tar files, plain or with .gz or .tgz, in the order of their numbers.</param>
    /// <param name="open">Opens a shard, for example over a network; null for files on this machine.</param>
    public TarShards(IReadOnlyList<string> shards, Func<string, Stream>? open = null)
    {
        ArgumentNullException.ThrowIfNull(shards);
        if (shards.Count == 0) throw new ArgumentException("There are no shards.", nameof(shards));
        (_shards, _open) = ([.. shards], open ?? OpenFile);
    }

    /// <inheritdoc/>
    public int Shards => _shards.Length;

    /// <summary>The names that a pattern such as "train-{000..146}.tar" stands for.</summary>
    /// <param name="pattern">A name with at most one range in braces; the numbers have as many digits as the first is written with.</param>
    public static IReadOnlyList<string> Expand(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        var (open, close) = (pattern.IndexOf('{', StringComparison.Ordinal), pattern.IndexOf('}', StringComparison.Ordinal));
        if (open < 0 && close < 0) return [pattern];
        var range = open >= 0 && close > open ? pattern[(open + 1)..close].Split("..") : [];
        if (range is not [var from, var to] || !int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !int.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var last) || last < first)
            throw new ArgumentException($"Got '{pattern}', but a range is written as in train-{{000..146}}.tar.", nameof(pattern));
        var numbers = Enumerable.Range(first, last - first + 1).Select(i => i.ToString($"D{from.Length}", CultureInfo.InvariantCulture));
        return [.. numbers.Select(number => pattern[..open] + number + pattern[(close + 1)..])];
    }

    /// <inheritdoc/>
    public string NameOf(int shard) => _shards[shard];

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The shard is damaged or truncated, or a label cannot be understood.</exception>
    public IEnumerable<EncodedImage> Read(int shard)
    {
        var name = _shards[shard];
        using var stream = _open(name);
        using var unpacked = name.EndsWith("gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(stream, CompressionMode.Decompress) : null;
        using var tar = new TarReader(unpacked ?? stream);
        var (key, file, label, attributes) = ((string?)null, (byte[]?)null, (long?)null, Array.Empty<float>());
        while (Next(tar, name) is { } entry)
        {
            var (sample, kind) = SplitName(entry.Name);
            if (sample != key)
            {
                if (file is not null) yield return new EncodedImage($"{name}/{key}", file, label) { Attributes = attributes };
                (key, file, label, attributes) = (sample, null, null, []);
            }
            var content = $"'{name}/{entry.Name}'";
            if (Images.Contains(kind)) file = Content(entry, content);
            else if (kind.Equals("cls", StringComparison.OrdinalIgnoreCase)) label = Number(Content(entry, content), content);
            else if (kind.Equals("json", StringComparison.OrdinalIgnoreCase)) (label, attributes) = Json(Content(entry, content), content, label);
        }
        if (file is not null) yield return new EncodedImage($"{name}/{key}", file, label) { Attributes = attributes };
    }

    private static FileStream OpenFile(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.SequentialScan);

    /// <summary>The next file; null at the end.</summary>
    private static TarEntry? Next(TarReader tar, string name)
    {
        try
        {
            TarEntry? entry;
            do entry = tar.GetNextEntry();
            while (entry is not null && entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile));
            return entry;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new InvalidDataException($"The shard '{name}' is damaged or truncated: {e.Message}", e);
        }
    }

    private static byte[] Content(TarEntry entry, string place)
    {
        if (entry.Length > Largest) throw new InvalidDataException($"{place} has {entry.Length} bytes; an image or label has at most {Largest}.");
        var content = new byte[entry.Length];
        try
        {
            entry.DataStream?.ReadExactly(content);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new InvalidDataException($"{place} is cut off: the shard is damaged or truncated.", e);
        }
        return content;
    }

    /// <summary>The name up to the first dot of its last part, and what comes behind it.</summary>
    private static (string Sample, string Kind) SplitName(string name)
    {
        var dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        return dot < 0 ? (name, "") : (name[..dot], name[(dot + 1)..]);
    }

    private static long Number(byte[] content, string place)
    {
        var text = Encoding.UTF8.GetString(content).Trim();
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var label) ? label
            : throw new InvalidDataException($"{place} is '{text[..Math.Min(text.Length, 40)]}', where a class number from 0 should be.");
    }

    private static (long? Label, float[] Attributes) Json(byte[] content, string place, long? label)
    {
        try
        {
            using var json = JsonDocument.Parse(content);
            var root = json.RootElement;
            if (root.TryGetProperty("label", out var value) || root.TryGetProperty("cls", out value)) label = value.GetInt64();
            return (label, root.TryGetProperty("attributes", out var numbers) ? [.. numbers.EnumerateArray().Select(n => n.GetSingle())] : []);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{place} is no JSON with a \"label\" or \"attributes\" of numbers: {e.Message}", e);
        }
    }
}
