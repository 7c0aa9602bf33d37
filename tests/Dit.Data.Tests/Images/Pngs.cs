using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Dit.Data.Tests;

/// <summary>PNG files that no encoder of ours writes.</summary>
internal static class Pngs
{
    private const int AfterHeader = 8 + 25;

    public static byte[] Chunk(string kind, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(kind, chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    public static byte[] Deflated(ReadOnlySpan<byte> data)
    {
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.SmallestSize)) stream.Write(data);
        return packed.ToArray();
    }

    /// <summary>A grey image of 1 bit a pixel, black; or, where <paramref name="data"/> is given, one that has that instead of its pixels.</summary>
    public static byte[] Black(int height, int width, byte[]? data = null)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 1;
        data ??= Deflated(new byte[height * ((width + 7) / 8 + 1)]);
        return [0x89, .. "PNG\r\n\x1a\n"u8, .. Chunk("IHDR", header), .. Chunk("IDAT", data), .. Chunk("IEND", [])];
    }

    /// <summary>The file with another chunk behind its header.</summary>
    public static byte[] With(byte[] png, string kind, ReadOnlySpan<byte> data) => [.. png[..AfterHeader], .. Chunk(kind, data), .. png[AfterHeader..]];

    public static byte[] WithProfile(byte[] png, byte[] profile) => With(png, "iCCP", [(byte)'p', 0, 0, .. Deflated(profile)]);

    /// <summary>An ICC profile of version 2: sRGB's primaries, red and green exchanged, and a gamma of 2.2.</summary>
    public static byte[] RedGreenExchanged()
    {
        (string Tag, byte[] Data)[] tags =
        [
            ("desc", [.. "desc"u8, 0, 0, 0, 0, 0, 0, 0, 6, .. "swap!\0"u8, .. new byte[78]]),
            ("cprt", [.. "text"u8, 0, 0, 0, 0, .. "none\0"u8]),
            ("wtpt", Xyz(0.9642, 1, 0.8249)),
            ("rXYZ", Xyz(0.3851, 0.7169, 0.0971)),
            ("gXYZ", Xyz(0.4361, 0.2225, 0.0139)),
            ("bXYZ", Xyz(0.1431, 0.0606, 0.7141)),
            ("rTRC", Gamma()), ("gTRC", Gamma()), ("bTRC", Gamma()),
        ];
        var profile = new List<byte>(new byte[128 + 4 + 12 * tags.Length]);
        BinaryPrimitives.WriteInt32BigEndian(Span(128), tags.Length);
        for (var i = 0; i < tags.Length; i++)
        {
            while (profile.Count % 4 != 0) profile.Add(0);
            var entry = 132 + 12 * i;
            Encoding.ASCII.GetBytes(tags[i].Tag, Span(entry));
            BinaryPrimitives.WriteInt32BigEndian(Span(entry + 4), profile.Count);
            BinaryPrimitives.WriteInt32BigEndian(Span(entry + 8), tags[i].Data.Length);
            profile.AddRange(tags[i].Data);
        }
        BinaryPrimitives.WriteInt32BigEndian(Span(0), profile.Count);
        Encoding.ASCII.GetBytes("mntrRGB XYZ ", Span(12));
        Span(8)[0] = 2;
        Encoding.ASCII.GetBytes("acsp", Span(36));
        Xyz(0.9642, 1, 0.8249).AsSpan(8).CopyTo(Span(68));
        return [.. profile];

        Span<byte> Span(int at) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(profile)[at..];
    }

    private static byte[] Xyz(double x, double y, double z)
    {
        byte[] data = [.. "XYZ "u8, .. new byte[16]];
        foreach (var (i, value) in new[] { x, y, z }.Index()) BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(8 + 4 * i), (int)(value * 65536));
        return data;
    }

    private static byte[] Gamma() => [.. "curv"u8, 0, 0, 0, 0, 0, 0, 0, 1, 2, 51];

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++) crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
        }
        return ~crc;
    }
}
