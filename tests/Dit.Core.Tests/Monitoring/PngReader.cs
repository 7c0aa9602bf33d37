using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Dit.Core.Tests;

/// <summary>Reads PNG files of 8 bits, grey or RGB, by the specification; checks every sum.</summary>
internal static class PngReader
{
    public static (int Width, int Height, int Channels, byte[] Pixels) Read(byte[] file)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], file[..8]);
        var chunks = new List<(string Type, byte[] Data)>();
        for (var at = 8; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            Assert.Equal(Crc(file[(at + 4)..(at + 8 + length)]), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            chunks.Add((Encoding.ASCII.GetString(file, at + 4, 4), file[(at + 8)..(at + 8 + length)]));
            at += 12 + length;
        }
        Assert.Equal(["IHDR", "IDAT", "IEND"], chunks.Select(c => c.Type));
        var header = chunks[0].Data;
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)));
        var channels = header[9] switch { 0 => 1, 2 => 3, _ => 0 };
        Assert.Equal([8, header[9], 0, 0, 0], header[8..]);
        return (width, height, channels, Rows(chunks[1].Data, width * channels, height, channels));
    }

    private static byte[] Rows(byte[] compressed, int stride, int height, int channels)
    {
        using var zlib = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        zlib.CopyTo(memory);
        var filtered = memory.ToArray();
        Assert.Equal((stride + 1) * height, filtered.Length);
        var pixels = new byte[stride * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < stride; x++)
            {
                var left = x < channels ? 0 : pixels[y * stride + x - channels];
                var up = y == 0 ? 0 : pixels[(y - 1) * stride + x];
                var predicted = filtered[y * (stride + 1)] switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => throw new InvalidDataException() };
                pixels[y * stride + x] = (byte)(filtered[y * (stride + 1) + 1 + x] + predicted);
            }
        }
        return pixels;
    }

    private static uint Crc(byte[] bytes)
    {
        var c = uint.MaxValue;
        foreach (var b in bytes)
        {
            c ^= b;
            for (var bit = 0; bit < 8; bit++)
                c = (c & 1) == 0 ? c >> 1 : 0xEDB88320 ^ (c >> 1);
        }
        return ~c;
    }
}
