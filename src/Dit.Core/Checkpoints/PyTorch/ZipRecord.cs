using System.IO.Compression;

namespace Dit.Core;

/// <summary>A file in a zip archive.</summary>
internal sealed class ZipRecord(InputFile file, string name, bool deflated, long dataStart, long compressedLength, long length, uint sum)
{
    private const int ChunkLength = 1 << 16;

    private bool _verified;

    public string Name => name;

    /// <summary>Length of the contents, unpacked.</summary>
    public long Length => length;

    /// <summary>Where the contents are in the archive; <see langword="null"/> if they are deflated.</summary>
    public long? StoredAt => deflated ? null : dataStart;

    /// <summary>The contents, unpacked.</summary>
    public Stream Open()
    {
        var data = file.View(dataStart, compressedLength);
        return deflated ? new DeflateStream(data, CompressionMode.Decompress) : data;
    }

    /// <summary>Checks the contents against their check sum, the first time.</summary>
    /// <exception cref="InvalidDataException">They differ, or are longer or shorter than the archive says.</exception>
    public void Verify()
    {
        if (_verified)
            return;
        using var data = Open();
        var chunk = new byte[ChunkLength];
        var (actual, left) = (0u, length);
        for (int read; (read = data.Read(chunk)) > 0; left -= read)
        {
            if (read > left)
                throw new InvalidDataException($"its record '{name}' unpacks to more than the {length} bytes that it should have");
            actual = Crc32.Append(actual, chunk.AsSpan(0, read));
        }
        if (left > 0 || actual != sum)
            throw new InvalidDataException($"its record '{name}' is not what was written: {(left > 0 ? $"{left} bytes are missing" : "the CRC-32 differs")}");
        _verified = true;
    }
}
