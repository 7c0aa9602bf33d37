using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Reads the header of a safetensors file, refusing everything the format forbids.</summary>
/// <remarks>
/// A file is the header's length (8 bytes, little-endian), the header (JSON), and the data. The data section is exactly tiled by
/// the tensors: no overlap, no hole, no rest.
/// </remarks>
internal sealed class SafeTensorsHeader
{
    private const int LengthBytes = 8;
    private const long LongestHeader = 100_000_000;
    private const string MetadataKey = "__metadata__";

    private readonly string _path;
    private readonly long _dataLength;
    private readonly Dictionary<string, SafeTensorsEntry> _entries = [];
    private readonly Dictionary<string, string> _metadata = [];

    private SafeTensorsHeader(string path, long dataStart, long dataLength) =>
        (_path, DataStart, _dataLength) = (path, dataStart, dataLength);

    /// <summary>Position of the data section in the file.</summary>
    public long DataStart { get; }

    public IReadOnlyDictionary<string, SafeTensorsEntry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads the header at the start of <paramref name="stream"/>.</summary>
    /// <exception cref="CheckpointException">The file is no safetensors file, or is damaged.</exception>
    public static SafeTensorsHeader Read(Stream stream, string path)
    {
        var fileLength = stream.Length;
        if (fileLength < LengthBytes)
            throw Damaged(path, $"it has {fileLength} bytes, too few for the length of a header");
        Span<byte> prefix = stackalloc byte[LengthBytes];
        stream.ReadExactly(prefix);
        var declared = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (declared > LongestHeader)
            throw Damaged(path, $"its header claims {declared} bytes; the format allows {LongestHeader}");
        if (declared > (ulong)(fileLength - LengthBytes))
            throw Damaged(path, $"its header claims {declared} bytes, but only {fileLength - LengthBytes} follow: it is cut off, or no safetensors file");

        var json = new byte[(int)declared];
        stream.ReadExactly(json);
        if (json.Length == 0 || json[0] != (byte)'{')
            throw Damaged(path, "its header does not start with '{'");
        if (!Utf8.IsValid(json))
            throw Damaged(path, "its header is not UTF-8");

        var dataStart = LengthBytes + (long)declared;
        var header = new SafeTensorsHeader(path, dataStart, fileLength - dataStart);
        try
        {
            header.Parse(json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CheckpointException($"'{path}' is damaged: its header is no valid JSON: {e.Message}", e);
        }
        header.CheckTiling();
        return header;
    }

    private void Parse(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name == MetadataKey)
                ParseMetadata(ref reader);
            else if (!_entries.TryAdd(name, ParseEntry(ref reader, name)))
                throw Damaged(_path, $"the key '{name}' occurs twice in its header");
        }
        while (reader.Read())
        {
            // Anything but white space after the object is an error that the reader reports.
        }
    }

    private void ParseMetadata(ref Utf8JsonReader reader)
    {
        if (_metadata.Count > 0)
            throw Damaged(_path, $"{MetadataKey} occurs twice in its header");
        Expect(ref reader, JsonTokenType.StartObject, MetadataKey);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            Expect(ref reader, JsonTokenType.String, $"{MetadataKey}.{key}");
            if (!_metadata.TryAdd(key, reader.GetString()!))
                throw Damaged(_path, $"{MetadataKey}.{key} occurs twice in its header");
        }
    }

    private SafeTensorsEntry ParseEntry(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.StartObject, name);
        ScalarType? dtype = null;
        long[]? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var property = reader.GetString()!;
            reader.Read();
            var seen = property switch
            {
                "dtype" => dtype is not null,
                "shape" => shape is not null,
                "data_offsets" => offsets is not null,
                _ => throw Damaged(_path, $"'{name}' has the unknown property '{property}'"),
            };
            if (seen)
                throw Damaged(_path, $"'{name}' has '{property}' twice");
            if (property == "dtype")
                dtype = ParseDtype(ref reader, name);
            else if (property == "shape")
                shape = ParseNumbers(ref reader, $"the shape of '{name}'");
            else
                offsets = ParseNumbers(ref reader, $"the offsets of '{name}'");
        }
        if (dtype is null || shape is null || offsets is null)
            throw Damaged(_path, $"'{name}' lacks its {(dtype is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");
        return Entry(name, dtype.Value, shape, offsets);
    }

    private SafeTensorsEntry Entry(string name, ScalarType dtype, long[] shape, long[] offsets)
    {
        if (offsets is not [var begin, var end])
            throw Damaged(_path, $"'{name}' has {offsets.Length} offsets instead of 2");
        if (begin > end || end > _dataLength)
            throw Damaged(_path, $"'{name}' is said to be at bytes {begin} to {end} of a data section of {_dataLength} bytes");
        if (!TryByteCount(dtype, shape, out var bytes) || bytes != end - begin)
        {
            throw Damaged(_path,
                $"'{name}' is {SafeTensorsDtype.NameOf(dtype)} [{string.Join(", ", shape)}], which does not fill the {end - begin} bytes it is said to have");
        }
        return new SafeTensorsEntry(name, dtype, shape, begin, bytes);
    }

    private ScalarType ParseDtype(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.String, $"the dtype of '{name}'");
        var text = reader.GetString()!;
        return SafeTensorsDtype.TryParse(text, out var dtype)
            ? dtype
            : throw Damaged(_path, $"'{name}' has the dtype '{text}'; known are {SafeTensorsDtype.Names}");
    }

    private long[] ParseNumbers(ref Utf8JsonReader reader, string what)
    {
        Expect(ref reader, JsonTokenType.StartArray, what);
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                throw Damaged(_path, $"{what} holds something that is no natural number below 2^63");
            numbers.Add(number);
        }
        return [.. numbers];
    }

    private static bool TryByteCount(ScalarType dtype, long[] shape, out long bytes)
    {
        bytes = shape.Contains(0) ? 0 : SafeTensorsDtype.SizeOf(dtype);
        foreach (var length in shape)
        {
            if (length != 0 && bytes > long.MaxValue / length)
                return false;
            bytes *= length;
        }
        return true;
    }

    private void CheckTiling()
    {
        var position = 0L;
        foreach (var entry in _entries.Values.OrderBy(e => e.Offset).ThenBy(e => e.Length))
        {
            if (entry.Offset != position)
            {
                throw Damaged(_path, entry.Offset < position
                    ? $"'{entry.Name}' overlaps the tensor before it at byte {entry.Offset} of the data"
                    : $"bytes {position} to {entry.Offset} of the data belong to no tensor");
            }
            position += entry.Length;
        }
        if (position != _dataLength)
            throw Damaged(_path, $"its tensors fill {position} bytes, but it has {_dataLength} bytes of data");
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (reader.TokenType != type)
            throw Damaged(_path, $"{what} is a {reader.TokenType} instead of a {type} in its header");
    }

    private static CheckpointException Damaged(string path, string problem) => new($"'{path}' is damaged: {problem}.");
}
