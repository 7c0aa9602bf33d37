using System.Buffers.Binary;
using System.IO.Compression;

namespace Dit.Data.Tests;

/// <summary>Writes the four MNIST files, right or wrong.</summary>
internal static class IdxFiles
{
    public const int Height = 3, Width = 2;

    public static byte[] Build(byte type, byte rank, int[] sizes, byte[] data)
    {
        var file = new byte[4 + 4 * sizes.Length + data.Length];
        (file[2], file[3]) = (type, rank);
        for (var i = 0; i < sizes.Length; i++) BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + 4 * i), sizes[i]);
        data.CopyTo(file, 4 + 4 * sizes.Length);
        return file;
    }

    /// <summary>Pixel p of image n is (7 n + p) mod 256.</summary>
    public static byte[] Images(int count)
    {
        const int size = Height * Width;
        return Build(8, 3, [count, Height, Width], [.. Enumerable.Range(0, count * size).Select(i => (byte)(7 * (i / size) + i % size))]);
    }

    /// <summary>Image n has the label n mod 10.</summary>
    public static byte[] Labels(int count) => Build(8, 1, [count], [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))]);

    public static void Write(string folder, byte[] images, byte[] labels, bool gzip = false, string set = "train")
    {
        Write(Path.Combine(folder, $"{set}-images-idx3-ubyte"), images, gzip);
        Write(Path.Combine(folder, $"{set}-labels-idx1-ubyte"), labels, gzip);
    }

    public static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Optimal)) stream.Write(content);
        return packed.ToArray();
    }

    private static void Write(string path, byte[] content, bool gzip) => File.WriteAllBytes(gzip ? path + ".gz" : path, gzip ? Gzip(content) : content);
}
