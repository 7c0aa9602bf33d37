using System.Buffers.Binary;
using System.Reflection;
using System.Text.Json;
using static TorchSharp.torch;

namespace Dit.Tests;

/// <summary>
/// A golden fixture: NAME.json says how to build the object under test and how exact it must be, NAME.safetensors holds inputs
/// and expected outputs. The reader is independent of the library's.
/// </summary>
internal sealed class Golden : IDisposable
{
    private readonly JsonDocument _json;
    private readonly Dictionary<string, Tensor> _tensors = [];

    private Golden(string name)
    {
        Name = name;
        _json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, name + ".json")));
        var data = Path.Combine(Folder, name + ".safetensors");
        if (File.Exists(data))
            Read(File.ReadAllBytes(data));
    }

    /// <summary>DIT_GOLDEN_DIR, or the project's own copy.</summary>
    public static string Folder { get; } = Environment.GetEnvironmentVariable("DIT_GOLDEN_DIR") is { Length: > 0 } folder
        ? folder
        : typeof(Golden).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "GoldenDirectory").Value!;

    /// <summary>DIT_TEST_DEVICE, such as cuda, or the CPU.</summary>
    public static Device Device { get; } = new(Environment.GetEnvironmentVariable("DIT_TEST_DEVICE") is { Length: > 0 } device ? device : "cpu");

    public string Name { get; }

    public JsonElement Json => _json.RootElement;

    public JsonElement Config => Json.GetProperty("config");

    public IEnumerable<string> Keys => _tensors.Keys;

    public Tensor this[string key] => _tensors.TryGetValue(key, out var tensor)
        ? tensor
        : throw new KeyNotFoundException($"The fixture {Name} has no tensor '{key}'.");

    public static Golden Open(string name) => new(name);

    public bool Has(string key) => _tensors.ContainsKey(key);

    /// <summary>The tensors whose keys start with a prefix, by the rest of their keys.</summary>
    public Dictionary<string, Tensor> Under(string prefix) =>
        _tensors.Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(t => t.Key[prefix.Length..], t => t.Value);

    /// <summary>A number of the fixture's tolerance, or what the set's rule says where it gives none.</summary>
    public double Tolerance(string name, double otherwise) =>
        Json.TryGetProperty("tolerance", out var tolerance) && tolerance.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;

    /// <summary>max |got - expected| is at most abs + rel * max |expected|.</summary>
    public void AssertClose(string key, Tensor actual, double? abs = null, double? rel = null)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var expected = this[key].to(float64);
        Assert.Equal(expected.shape, actual.shape);
        var got = actual.detach().to(float64, expected.device);
        var error = (got - expected).abs().max().item<double>();
        var bound = (abs ?? Tolerance("abs", 1e-5)) + (rel ?? Tolerance("rel", 0)) * expected.abs().max().item<double>();
        Assert.True(error <= bound, $"{Name}: {key} is off by {error:G4}; {bound:G4} is allowed.");
    }

    public void AssertGradientClose(string key, Tensor actual) =>
        AssertClose(key, actual, Tolerance("grad_abs", 1e-5), Tolerance("grad_rel", 1e-4));

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
            tensor.Dispose();
        _json.Dispose();
    }

    private void Read(byte[] file)
    {
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        using var header = JsonDocument.Parse(file.AsMemory(8, length));
        foreach (var entry in header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
        {
            var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64()).ToArray();
            var offsets = entry.Value.GetProperty("data_offsets").EnumerateArray().Select(s => s.GetInt32()).ToArray();
            using var host = empty(shape, Dtype(entry.Value.GetProperty("dtype").GetString()!));
            if (host.numel() > 0)
                file.AsSpan(8 + length + offsets[0], offsets[1] - offsets[0]).CopyTo(host.bytes);
            _tensors.Add(entry.Name, host.to(Device, copy: true).DetachFromDisposeScope());
        }
    }

    private static ScalarType Dtype(string name) => name switch
    {
        "F64" => float64,
        "F32" => float32,
        "I64" => int64,
        "I32" => int32,
        "U8" => uint8,
        "BOOL" => ScalarType.Bool,
        _ => throw new NotSupportedException($"dtype {name}"),
    };
}
