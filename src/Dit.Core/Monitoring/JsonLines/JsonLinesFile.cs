using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dit.Core;

/// <summary>A file with a JSON object a line, which is appended to a whole line at a time and may be read meanwhile.</summary>
internal sealed class JsonLinesFile<T>(string path, JsonTypeInfo<T> type) : IDisposable
    where T : class
{
    private FileStream? _stream;

    /// <summary>Drops what does not hold, and half a line that a dying process may have left.</summary>
    public void Keep(Func<T, bool> holds)
    {
        Dispose();
        if (!File.Exists(path))
            return;
        var lines = File.ReadAllLines(path);
        string[] kept = [.. lines.Where(line => Parse(line, type) is { } record && holds(record))];
        if (kept.Length == lines.Length && EndsWithNewLine())
            return;
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            foreach (var line in kept)
                writer.WriteLine(line);
        });
    }

    public void Append(T record) => Append(record, type);

    /// <summary>Appends a record of another form, which is read as one of this file's.</summary>
    public void Append<TRecord>(TRecord record, JsonTypeInfo<TRecord> form)
    {
        _stream ??= Open();
        _stream.Write([.. JsonSerializer.SerializeToUtf8Bytes(record, form), (byte)'\n']);
    }

    /// <summary>The whole lines of a file, which may be growing.</summary>
    public static IEnumerable<T> Read(string path, JsonTypeInfo<T> type)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            if (Parse(line, type) is { } record)
                yield return record;
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _stream = null;
    }

    private FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);
    }

    private static T? Parse(string line, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(line, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool EndsWithNewLine()
    {
        using var stream = File.OpenRead(path);
        if (stream.Length == 0)
            return true;
        stream.Seek(-1, SeekOrigin.End);
        return stream.ReadByte() == '\n';
    }
}
