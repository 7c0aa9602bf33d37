using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Dit.Core.Tests;

/// <summary>Damages files: bytes, numbers, and the structure that the formats are made of.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly string[] JsonPieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "-1", "1e3", "0.5", "9223372036854775807", "9223372036854775808", "4611686018427387904",
        "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"F64\"", "\"BOOL\"", "[0,0]", "\\u0000", "\\ud800", "__metadata__", "[[[[[[[[[[", " ",
    ];

    private static readonly byte[][] PicklePieces =
    [
        Encoding.Latin1.GetBytes("cposix\nsystem\nX\x17\0\0\0touch /tmp/golden-pwned\x85R"), "cbuiltins\neval\n"u8.ToArray(), "ctorch\nFloatStorage\n"u8.ToArray(),
        "ccollections\nOrderedDict\n)R"u8.ToArray(), "cargparse\nNamespace\n)"u8.ToArray(), "c__builtin__\nset\n"u8.ToArray(),
        [0x81], [0x92], [0x93], [0x94], [0x95, 255, 255, 255, 255, 255, 255, 255, 127], [0x8e, 0, 0, 0, 0, 0, 0, 0, 64], [0x8d, 5, 0, 0, 0, 0, 0, 0, 128],
        [0x8b, 255, 255, 255, 127], [0x8b, 0, 0, 0, 128], [0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 128], [0x8a, 8, 255, 255, 255, 255, 255, 255, 255, 127],
        "("u8.ToArray(), ")"u8.ToArray(), "}"u8.ToArray(), "]"u8.ToArray(), "t"u8.ToArray(), "s"u8.ToArray(), "u"u8.ToArray(), "a"u8.ToArray(), "e"u8.ToArray(),
        "R"u8.ToArray(), "b"u8.ToArray(), "Q"u8.ToArray(), "0"u8.ToArray(), "1"u8.ToArray(), "2"u8.ToArray(), "."u8.ToArray(), "N"u8.ToArray(),
        [0x85], [0x86], [0x87], [(byte)'h', 0], [(byte)'q', 0], [(byte)'r', 255, 255, 255, 255], [(byte)'K', 0], [(byte)'J', 255, 255, 255, 255], [(byte)'J', 255, 255, 255, 127],
    ];

    private readonly Random _random = new(seed);

    public int Next(int limit) => _random.Next(limit);

    /// <summary>Changes the JSON of a safetensors file, mostly keeping its length field right.</summary>
    public byte[] SafeTensors(byte[] file)
    {
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        var header = file[8..(8 + length)];
        for (var n = _random.Next(1, 4); n > 0; n--)
            header = _random.Next(2) == 0 ? ChangeNumber(header) : Change(header, Encoding.UTF8.GetBytes(JsonPieces[_random.Next(JsonPieces.Length)]));
        var data = file[(8 + length)..];
        if (_random.Next(10) == 0)
            data = data[..Next(data.Length + 1)];
        byte[] changed = [.. BitConverter.GetBytes((long)header.Length), .. header, .. data];
        return _random.Next(20) == 0 ? Bytes(changed) : changed;
    }

    /// <summary>Changes the pickle in a file of PyTorch; a zip is built anew around it, with right check sums.</summary>
    public byte[] Pickle(byte[] file)
    {
        if (file[0] != (byte)'P')
            return _random.Next(2) == 0 ? ChangeInteger(file) : Change(file, PicklePieces[_random.Next(PicklePieces.Length)], Math.Min(file.Length, 4000));
        using var source = new ZipArchive(new MemoryStream(file), ZipArchiveMode.Read);
        var target = new MemoryStream();
        using (var zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var record in source.Entries)
            {
                using var stream = record.Open();
                var content = new MemoryStream();
                stream.CopyTo(content);
                var bytes = content.ToArray();
                var isPickle = record.Name == "data.pkl";
                for (var n = isPickle ? _random.Next(1, 4) : _random.Next(40) == 0 ? 1 : 0; n > 0; n--)
                    bytes = _random.Next(2) == 0 ? ChangeInteger(bytes) : Change(bytes, PicklePieces[_random.Next(PicklePieces.Length)]);
                var name = _random.Next(200) == 0 ? "archive/data.pkl" : record.FullName;
                using var output = zip.CreateEntry(name, _random.Next(20) == 0 ? CompressionLevel.Fastest : CompressionLevel.NoCompression).Open();
                output.Write(bytes);
            }
        }
        return target.ToArray();
    }

    /// <summary>Changes bytes anywhere, or cuts the file off.</summary>
    public byte[] Bytes(byte[] file)
    {
        if (_random.Next(10) == 0)
            return file[.._random.Next(file.Length)];
        var changed = (byte[])file.Clone();
        for (var n = _random.Next(1, 4); n > 0; n--)
        {
            // The directory of a zip and the pickles of a legacy file are near the ends.
            var at = _random.Next(3) switch { 0 => _random.Next(file.Length), 1 => _random.Next(Math.Min(file.Length, 3000)), _ => file.Length - 1 - _random.Next(Math.Min(file.Length, 400)) };
            Extreme().AsSpan(0, Math.Min(4, file.Length - at)).CopyTo(changed.AsSpan(at));
        }
        return changed;
    }

    /// <summary>Writes another number for one of a JSON's.</summary>
    private byte[] ChangeNumber(byte[] json)
    {
        var at = Array.FindIndex(json, _random.Next(json.Length + 1), b => char.IsAsciiDigit((char)b));
        string[] numbers = ["0", "1", "2", "4", "8", "16", $"{_random.Next(100)}", "4294967296", "9223372036854775807"];
        return at < 0 ? json : [.. json[..at], .. Encoding.UTF8.GetBytes(numbers[_random.Next(numbers.Length)]), .. json[(at + 1)..]];
    }

    /// <summary>Writes another small number for one of a pickle's, such as a size or a stride.</summary>
    private byte[] ChangeInteger(byte[] pickle)
    {
        var at = Array.FindIndex(pickle, _random.Next(Math.Min(pickle.Length, 4000) + 1), b => b == (byte)'K');
        return at < 0 || at + 1 >= pickle.Length ? pickle : [.. pickle[..(at + 1)], (byte)_random.Next(_random.Next(1, 257)), .. pickle[(at + 2)..]];
    }

    private byte[] Change(byte[] bytes, byte[] piece, int within = int.MaxValue)
    {
        var limit = Math.Min(bytes.Length, within);
        var (from, to) = (_random.Next(limit + 1), _random.Next(limit + 1));
        (from, to) = (Math.Min(from, to), Math.Min(Math.Max(from, to), Math.Min(from, to) + _random.Next(40)));
        return _random.Next(5) switch
        {
            0 => [.. bytes[..from], .. piece, .. bytes[from..]],
            1 => [.. bytes[..from], .. bytes[to..]],
            2 => [.. bytes[..to], .. bytes[from..]],
            3 when from + 4 <= bytes.Length => [.. bytes[..from], .. Extreme(), .. bytes[(from + 4)..]],
            _ when from < bytes.Length => [.. bytes[..from], (byte)_random.Next(256), .. bytes[(from + 1)..]],
            _ => piece,
        };
    }

    private byte[] Extreme() => _random.Next(6) switch
    {
        0 => [255, 255, 255, 255],
        1 => [255, 255, 255, 127],
        2 => [0, 0, 0, 128],
        3 => [0, 0, 0, 0],
        _ => BitConverter.GetBytes(_random.Next(int.MinValue, int.MaxValue)),
    };
}
