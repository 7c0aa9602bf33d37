using System.Buffers.Binary;
using System.IO.Compression;

namespace Dit.Data;

/// <summary>An IDX file of unsigned bytes: 0, 0, 8, rank; the sizes, 4 bytes each, most significant first; the data.</summary>
internal sealed record IdxFile(string Path, int[] Sizes, byte[] Data)
{
    private const byte UnsignedByte = 8;
    private const long BestDeflateRatio = 1032;     // no deflate stream expands by more, so a header cannot claim more

    /// <summary>Where the data starts in the (unpacked) file.</summary>
    public int DataOffset => 4 + 4 * Sizes.Length;

    /// <summary>Reads a file, unpacked on the way if its name ends in .gz; nothing is allocated that the file cannot fill.</summary>
    /// <exception cref="InvalidDataException">The file is not an IDX file of this rank, is truncated, or goes on after its data.</exception>
    public static IdxFile Read(string path, int rank)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (!path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) return Read(file, path, rank, file.Length);
        var holds = UnpackedLength(file);
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        return Read(unpacked, path, rank, holds);
    }

    /// <summary>What the last four bytes of a gzip file say, which a truncated file does not say right.</summary>
    private static long UnpackedLength(FileStream file)
    {
        Span<byte> trailer = stackalloc byte[4];
        file.Position = Math.Max(0, file.Length - trailer.Length);
        _ = file.ReadAtLeast(trailer, trailer.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(trailer), file.Length * BestDeflateRatio);
    }

    private static IdxFile Read(Stream stream, string path, int rank, long holds)
    {
        var header = new byte[4 + 4 * rank];
        var read = Fill(header, stream, path);
        if (read >= 4 && !header.AsSpan(0, 4).SequenceEqual<byte>([0, 0, UnsignedByte, (byte)rank]))
            throw new InvalidDataException(
                $"'{path}' starts with {Convert.ToHexString(header, 0, 4)}, but an IDX file of rank {rank} starts with 0000{UnsignedByte:X2}{rank:X2}.");
        if (read < header.Length)
            throw new InvalidDataException($"'{path}' ends at offset {read}, inside its header, which has {header.Length} bytes.");

        var sizes = new int[rank];
        var length = 1L;
        for (var i = 0; i < rank; i++)
        {
            var offset = 4 + 4 * i;
            var size = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(offset));
            if (size is 0 or > int.MaxValue || size > Array.MaxLength / length)
                throw new InvalidDataException(
                    $"'{path}' has the size {size} for dimension {i} at offset {offset}, but sizes are positive and their product at most {Array.MaxLength}.");
            sizes[i] = (int)size;
            length *= size;
        }
        var promise = $"its header promises {length} bytes of data ({string.Join(" x ", sizes)}), up to offset {header.Length + length}";
        if (holds > header.Length + length) throw new InvalidDataException($"'{path}' goes on after its data: it has {holds} bytes, but {promise}.");
        if (holds < header.Length + length) throw new InvalidDataException($"'{path}' is truncated: it has {holds} bytes, but {promise}.");

        var data = new byte[length];
        var found = Fill(data, stream, path);
        if (found < data.Length) throw new InvalidDataException($"'{path}' is truncated: it ends at offset {header.Length + found}, but {promise}.");
        if (Fill(stackalloc byte[1], stream, path) > 0) throw new InvalidDataException($"'{path}' goes on after its data: {promise}.");
        return new IdxFile(path, sizes, data);
    }

    /// <summary>Reads as much as there is; a damaged gzip stream is an error with the file's name.</summary>
    private static int Fill(Span<byte> buffer, Stream stream, string path)
    {
        try
        {
            return stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"'{path}' is not a whole gzip file: {e.Message}", e);
        }
    }
}
