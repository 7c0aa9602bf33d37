using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>A tensor as bytes, for comparing bit for bit, and a second reader of safetensors that shares nothing with the library's.</summary>
internal sealed record RawTensor(string Dtype, long[] Shape, byte[] Data)
{
    private static readonly Dictionary<ScalarType, string> Names = new()
    {
        [float64] = "F64", [float32] = "F32", [float16] = "F16", [bfloat16] = "BF16", [int64] = "I64",
        [int32] = "I32", [int16] = "I16", [int8] = "I8", [uint8] = "U8", [ScalarType.Bool] = "BOOL",
    };

    public static Dictionary<string, RawTensor> ReadFile(string path)
    {
        var file = File.ReadAllBytes(path);
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        using var header = JsonDocument.Parse(file.AsMemory(8, length));
        return header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__").ToDictionary(e => e.Name, e =>
        {
            var offsets = Numbers(e.Value.GetProperty("data_offsets"));
            return new RawTensor(e.Value.GetProperty("dtype").GetString()!, Numbers(e.Value.GetProperty("shape")),
                file[(8 + length + (int)offsets[0])..(8 + length + (int)offsets[1])]);
        });
    }

    public static Dictionary<string, RawTensor> ReadAll(TensorFile file) => file.Entries.ToDictionary(e => e.Key, e => Read(file, e.Value));

    public static RawTensor Read(TensorFile file, TensorEntry entry)
    {
        using var tensor = file.Read(entry.Name);
        Assert.Equal(entry.Dtype, tensor.dtype);
        Assert.Equal(entry.Shape, tensor.shape);
        return new RawTensor(Names[tensor.dtype], tensor.shape, tensor.numel() == 0 ? [] : tensor.bytes.ToArray());
    }

    public static void AssertEqual(Dictionary<string, RawTensor> expected, Dictionary<string, RawTensor> actual)
    {
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, tensor) in expected)
        {
            Assert.Equal((name, tensor.Dtype), (name, actual[name].Dtype));
            Assert.Equal(tensor.Shape, actual[name].Shape);
            Assert.True(tensor.Data.AsSpan().SequenceEqual(actual[name].Data), $"The values of {name} differ.");
        }
    }

    private static long[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(n => n.GetInt64())];
}
