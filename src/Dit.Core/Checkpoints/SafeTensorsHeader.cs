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

    private const int MostDimensions = 64;
    private const int LongestName = 1 << 16;

    /// <summary>More memory than a text takes beside its characters, with its share of what hangs on it: an entry, shapes, dictionaries.</summary>
    private const int TextCost = 450;

    private readonly string _path;
    private readonly long _dataStart, _dataLength;
    private readonly MemoryBudget _budget;
    private readonly Dictionary<string, TensorEntry> _entries = [];
    private readonly Dictionary<string, long> _offsets = [];
    private readonly Dictionary<string, string> _metadata = [];

    private SafeTensorsHeader(InputFile file, long dataStart)
    {
        (_path, _dataStart, _dataLength) = (file.Path, dataStart, file.Length - dataStart);
        _budget = new MemoryBudget(file.Length);
        _budget.Take(dataStart);
    }

    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <summary>First bytes of the tensors in the file.</summary>
    public IReadOnlyDictionary<string, long> Offsets => _offsets;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads the header at the start of <paramref name="file"/>.</summary>
    /// <exception cref="CheckpointException">The file is no safetensors file, or is damaged.</exception>
    public static SafeTensorsHeader Read(InputFile file)
    {
        var (path, fileLength) = (file.Path, file.Length);
        if (fileLength < LengthBytes)
            throw Damaged(path, $"it has {fileLength} bytes, too few for the length of a header");
        Span<byte> prefix = stackalloc byte[LengthBytes];
        file.Read(0, prefix);
        var declared = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (declared > LongestHeader)
            throw Damaged(path, $"its header claims {declared} bytes; the format allows {LongestHeader}");
        if (declared > (ulong)(fileLength - LengthBytes))
            throw Damaged(path, $"its header claims {declared} bytes, but only {fileLength - LengthBytes} follow: it is cut off, or no safetensors file");

        var json = new byte[(int)declared];
        file.Read(LengthBytes, json);
        if (json.Length == 0 || json[0] != (byte)'{')
            throw Damaged(path, "its header does not start with '{'");
        if (!Utf8.IsValid(json))
            throw Damaged(path, "its header is not UTF-8");

        var header = new SafeTensorsHeader(file, LengthBytes + (long)declared);
        try
        {
            header.Parse(json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CheckpointException($"'{path}' is damaged: its header is no valid JSON: {e.Message}", e);
        }
        catch (InvalidDataException e)
        {
            throw new CheckpointException($"'{path}' is damaged: {e.Message}.", e);
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
            var name = Text(ref reader);
            reader.Read();
            if (name == MetadataKey)
                ParseMetadata(ref reader);
            else
                ParseEntry(ref reader, name);
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
            var key = Text(ref reader);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw Damaged(_path, $"{MetadataKey}.{key} is a {reader.TokenType} instead of a String in its header");
            if (!_metadata.TryAdd(key, Text(ref reader)))
                throw Damaged(_path, $"{MetadataKey}.{key} occurs twice in its header");
        }
    }

    private void ParseEntry(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.StartObject, name);
        ScalarType? dtype = null;
        long[]? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("dtype"u8) && dtype is null)
                dtype = ParseDtype(ref reader, name);
            else if (reader.ValueTextEquals("shape"u8) && shape is null)
                shape = ParseNumbers(ref reader, name, "shape");
            else if (reader.ValueTextEquals("data_offsets"u8) && offsets is null)
                offsets = ParseNumbers(ref reader, name, "data_offsets");
            else
                throw Damaged(_path, $"'{name}' has the property '{Text(ref reader)}', which is unknown or comes twice");
        }
        if (dtype is null || shape is null || offsets is null)
            throw Damaged(_path, $"'{name}' lacks its {(dtype is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");
        Add(name, dtype.Value, shape, offsets);
    }

    private void Add(string name, ScalarType dtype, long[] shape, long[] offsets)
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
        if (!_entries.TryAdd(name, new TensorEntry(name, dtype, shape, bytes)))
            throw Damaged(_path, $"the key '{name}' occurs twice in its header");
        _offsets.Add(name, _dataStart + begin);
    }

    private ScalarType ParseDtype(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.String, name);
        var text = Text(ref reader);
        return SafeTensorsDtype.TryParse(text, out var dtype)
            ? dtype
            : throw Damaged(_path, $"'{name}' has the dtype '{text}'; known are {SafeTensorsDtype.Names}");
    }

    private long[] ParseNumbers(ref Utf8JsonReader reader, string name, string property)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.StartArray, name);
        Span<long> numbers = stackalloc long[MostDimensions];
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                throw Damaged(_path, $"the {property} of '{name}' holds something that is no natural number below 2^63");
            if (count == MostDimensions)
                throw Damaged(_path, $"the {property} of '{name}' has more than {MostDimensions} numbers");
            numbers[count++] = number;
        }
        return numbers[..count].ToArray();
    }

    /// <summary>A name or text; a name of a tensor is nowhere near as long as may be here.</summary>
    private string Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueSpan.Length > LongestName)
            throw Damaged(_path, $"a name in its header has {reader.ValueSpan.Length} bytes; {LongestName} are allowed");
        _budget.Take(TextCost + (3L * reader.ValueSpan.Length));
        return reader.GetString()!;
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
        var position = _dataStart;
        foreach (var entry in _entries.Values.OrderBy(e => _offsets[e.Name]).ThenBy(e => e.Length))
        {
            var offset = _offsets[entry.Name];
            if (offset != position)
            {
                throw Damaged(_path, offset < position
                    ? $"'{entry.Name}' overlaps the tensor before it at byte {offset - _dataStart} of the data"
                    : $"bytes {position - _dataStart} to {offset - _dataStart} of the data belong to no tensor");
            }
            position += entry.Length;
        }
        if (position != _dataStart + _dataLength)
            throw Damaged(_path, $"its tensors fill {position - _dataStart} bytes, but it has {_dataLength} bytes of data");
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (reader.TokenType != type)
            throw Damaged(_path, $"{what} is a {reader.TokenType} instead of a {type} in its header");
    }

    private static CheckpointException Damaged(string path, string problem) => new($"'{path}' is damaged: {problem}.");
}
