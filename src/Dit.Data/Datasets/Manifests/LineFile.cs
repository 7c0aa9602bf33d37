using Microsoft.Win32.SafeHandles;

namespace Dit.Data;

/// <summary>A text file of which any line can be read at once: 8 bytes of memory a line, and one read of the file when it is opened.</summary>
/// <remarks>
/// Lines are read by position, not from a memory map: a mapped file that somebody truncates takes the process with it, and a system call
/// is nothing beside the decoding of an image. Empty lines are left out.
/// </remarks>
internal sealed class LineFile : IDisposable
{
    private const int Longest = 16 << 20;

    private readonly OffsetList _starts = new();        // of the lines, and the end of the file
    private readonly SafeFileHandle _file;
    private bool _lineIsIndex = true;                   // no empty line and none that spans several

    /// <param name="path">The file, UTF-8.</param>
    /// <param name="quoted">Whether a line goes on over line breaks between quotation marks (CSV).</param>
    public LineFile(string path, bool quoted)
    {
        Path = path;
        _file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        try
        {
            FindLines(quoted);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>The number of lines that are not empty.</summary>
    public long Count => _starts.Count - 1;

    /// <summary>A line without its end.</summary>
    public byte[] Read(long index)
    {
        var start = _starts[index];
        var line = new byte[_starts[index + 1] - start];
        for (var read = 0; read < line.Length;)
        {
            var got = RandomAccess.Read(_file, line.AsSpan(read), start + read);
            if (got == 0) throw new InvalidDataException($"'{Path}' ends at offset {start + read}, inside a line: it was cut since it was opened. Open it anew.");
            read += got;
        }
        return line.AsSpan().TrimEnd("\r\n"u8).Length is var length && length == line.Length ? line : line[..length];
    }

    /// <summary>Where a line is, for errors.</summary>
    public string Describe(long index) => _lineIsIndex ? $"'{Path}:{index + 1}'" : $"'{Path}' (record {index + 1}, at offset {_starts[index]})";

    public void Dispose() => _file.Dispose();

    private void FindLines(bool quoted)
    {
        var buffer = new byte[1 << 20];
        var (start, offset, inQuotes, empty) = (0L, 0L, false, true);
        for (int read; (read = RandomAccess.Read(_file, buffer, offset)) > 0; offset += read)
        {
            var from = offset == 0 && buffer.AsSpan(0, read).StartsWith("\uFEFF"u8) ? 3 : 0;
            if (from > 0) start = from;
            while (from < read)
            {
                var rest = buffer.AsSpan(from, read - from);
                var next = quoted ? rest.IndexOfAny((byte)'\n', (byte)'"') : rest.IndexOf((byte)'\n');
                var text = next < 0 ? rest : rest[..next];
                if (empty && text.ContainsAnyExcept(" \t\r"u8)) empty = false;
                if (offset + from + text.Length - start > Longest) throw TooLong(start, quoted);
                if (next < 0) break;
                from += next + 1;
                if (rest[next] == '"') (inQuotes, empty) = (!inQuotes, false);
                else if (inQuotes) _lineIsIndex = false;
                else (start, empty) = (EndLine(start, offset + from, empty), true);
            }
        }
        if (inQuotes) throw TooLong(start, quoted);
        if (!empty) EndLine(start, offset, empty);
        _starts.Add(empty ? start : offset);
    }

    private long EndLine(long start, long end, bool empty)
    {
        if (empty) _lineIsIndex = false;
        else _starts.Add(start);
        return end;
    }

    private InvalidDataException TooLong(long start, bool quoted) => new(
        $"'{Path}' has a line at offset {start} that does not end within {Longest >> 20} MiB or the file."
        + (quoted ? " A quotation mark is missing: a field with one in it is quoted, and the mark in it doubled." : ""));
}
