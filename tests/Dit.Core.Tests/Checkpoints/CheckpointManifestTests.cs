using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Dit.Tests;

namespace Dit.Core.Tests;

/// <summary>Every file of the golden set's manifest: what must load loads bit for bit, what must be refused is, and nothing is run.</summary>
[Trait("Category", "Golden")]
public sealed class CheckpointManifestTests
{
    private static readonly string Folder = Path.Combine(Golden.Folder, "checkpoints");
    private static readonly JsonElement Manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "manifest.json"))).RootElement;

    public static TheoryData<string> Files =>
        [.. from list in Manifest.EnumerateObject() where list.Value.ValueKind == JsonValueKind.Array from file in list.Value.EnumerateArray() where file.TryGetProperty("must", out _) select file.GetProperty("file").GetString()!];

    public static TheoryData<string> Structured =>
        [.. from file in Manifest.GetProperty("good").EnumerateArray() where Text(file, "must") == "load" && file.GetProperty("structure").ValueKind != JsonValueKind.String select Text(file, "file")!];

    [Theory, MemberData(nameof(Files))]
    public void Every_file_is_read_or_refused_as_it_must(string name)
    {
        var entry = Find(name);
        var must = Text(entry, "must")!;
        var tensors = Bounds.Read(Path.Combine(Folder, name), out var refusal);
        if (tensors is null)
        {
            Assert.NotEqual("load", must);
            Assert.Contains(Path.Combine(Folder, name), refusal, StringComparison.Ordinal);
        }
        else
        {
            Assert.DoesNotContain(must, (string[])["refuse", "should_refuse"]);
            AssertExpected(entry, tensors);
        }
        Assert.False(File.Exists(Text(Manifest, "pwned_file")?.Split(' ')[0]), "A pickle was run.");
    }

    /// <summary>What else is in the files is in the tree.</summary>
    [Theory, MemberData(nameof(Structured))]
    public void The_tree_is_what_was_saved(string name)
    {
        using var file = PyTorchFile.Open(Path.Combine(Folder, name));
        AssertStructure(Find(name).GetProperty("structure"), file.Root);
    }

    [Theory]
    [InlineData("hostile/os_system.pt", "posix.system")]
    [InlineData("hostile/exec_proto4.pt", "builtins.exec")]
    [InlineData("hostile/torch_namespace_exec.pt", "torch.jit.unsupported_tensor_ops.execWrapper")]
    [InlineData("good/whole_module.pt", "torch.nn.modules.linear.Linear")]
    [InlineData("hostile/unknown_storage_type.pt", "torch.EvilStorage")]
    [InlineData("hostile/size_beyond_storage.pt", "beyond the 16 elements")]
    [InlineData("hostile/negative_size.pt", "negative")]
    [InlineData("hostile/zero_stride_bomb.pt", "repeats")]
    [InlineData("hostile/rank_huge.pt", "5000 sizes")]
    [InlineData("hostile/storage_same_key_two_types.pt", "Float64")]
    [InlineData("hostile/missing_record.pt", "no record")]
    [InlineData("hostile/cyclic_list.pt", "contains itself")]
    [InlineData("hostile/cyclic_dict.pt", "contains itself")]
    [InlineData("hostile/deep_nesting.pt", "deeper than 500")]
    [InlineData("hostile/billion_laughs.pt", "memory")]
    [InlineData("hostile/truncated_tail.pt", "cut off")]
    [InlineData("hostile/truncated_legacy.pt", "cut off")]
    [InlineData("hostile/text_file.pt", "git lfs pull")]
    [InlineData("hostile/html_page.pt", "HTML")]
    [InlineData("hostile/empty_file.pt", "empty")]
    [InlineData("hostile/crc_mismatch.pt", "CRC-32")]
    [InlineData("hostile/zip_bomb_deflate.pt", "67108864")]
    [InlineData("hostile/duplicate_data_pkl.pt", "two records")]
    [InlineData("hostile/no_data_pkl.pt", "no data.pkl")]
    [InlineData("good/byteorder_big.pt", "big-endian")]
    [InlineData("good/complex64.pt", "torch.ComplexFloatStorage")]
    public void The_message_says_why(string name, string expected)
    {
        Assert.Null(Bounds.Read(Path.Combine(Folder, name), out var refusal));
        Assert.Contains(expected, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("good/deflated.pt")]
    [InlineData("good/misc_globals.pt")]
    public void What_may_be_refused_and_is_not_loads(string name) => Assert.NotNull(Bounds.Read(Path.Combine(Folder, name), out _));

    private static void AssertExpected(JsonElement entry, Dictionary<string, RawTensor> tensors)
    {
        if ((Text(entry, "expected") ?? Text(entry, "equals")) is { } other)
            RawTensor.AssertEqual(RawTensor.ReadFile(Path.Combine(Folder, other)), tensors);
        else if (entry.TryGetProperty("values", out var values))
        {
            Assert.Equal(values.EnumerateObject().Select(v => v.Name).Order(), tensors.Keys.Order());
            foreach (var value in values.EnumerateObject())
                Assert.Equal(value.Value.EnumerateArray().Select(n => n.GetDouble()), Numbers(tensors[value.Name]));
        }
        else if (Text(entry, "file") == "safetensors_good/model.safetensors.index.json")
        {
            var all = RawTensor.ReadFile(Path.Combine(Folder, "good", "dtypes.expected.safetensors"));
            RawTensor.AssertEqual(all.Where(t => tensors.ContainsKey(t.Key)).ToDictionary(), tensors);
            Assert.Equal(["f16", "f32", "i64"], tensors.Keys.Order());
        }
        else if (Text(entry, "must") == "load")
            Assert.Equal(Enumerable.Range(0, 16).Select(i => (double)i), Numbers(tensors["w"]));
    }

    private static IEnumerable<double> Numbers(RawTensor tensor)
    {
        Assert.True(tensor.Data.Length == 0 || tensor.Dtype is "F32" or "U8");
        for (var i = 0; i < tensor.Data.Length; i += tensor.Dtype == "F32" ? 4 : 1)
            yield return tensor.Dtype == "F32" ? BitConverter.ToSingle(tensor.Data, i) : tensor.Data[i];
    }

    private static void AssertStructure(JsonElement expected, PickleValue actual)
    {
        if (expected.ValueKind == JsonValueKind.Array)
            AssertItems(PickleKind.List, expected, actual);
        else if (expected.ValueKind != JsonValueKind.Object)
            Assert.Equal(Scalar(expected), actual.Value);
        else if (expected.TryGetProperty("tensor", out _))
            Assert.Equal(PickleKind.Tensor, actual.Kind);
        else
            AssertKind(expected.EnumerateObject().Single(), actual);
    }

    private static void AssertKind(JsonProperty expected, PickleValue actual)
    {
        switch (expected.Name)
        {
            case "dict":
                AssertEntries(PickleKind.Dictionary, expected.Value, actual);
                break;
            case "argparse.Namespace":
                Assert.Equal(expected.Name, actual.TypeName);
                AssertEntries(PickleKind.Object, expected.Value.GetProperty("dict"), actual);
                break;
            case "tuple":
                AssertItems(PickleKind.Tuple, expected.Value, actual);
                break;
            case "int":
                Assert.Equal(BigInteger.Parse(expected.Value.GetString()!, CultureInfo.InvariantCulture), actual.Value);
                break;
            case "bytes_hex":
                Assert.Equal(Convert.FromHexString(expected.Value.GetString()!), actual.Value);
                break;
            case "torch":
                Assert.Equal(expected.Value.GetString(), actual.Kind == PickleKind.Global ? actual.TypeName : actual.Items[0].Value);
                break;
            default:
                Assert.Fail($"The manifest has the unknown structure '{expected.Name}'.");
                break;
        }
    }

    private static void AssertItems(PickleKind kind, JsonElement expected, PickleValue actual)
    {
        Assert.Equal(kind, actual.Kind);
        Assert.Equal(expected.GetArrayLength(), actual.Items.Count);
        foreach (var (item, value) in expected.EnumerateArray().Zip(actual.Items))
            AssertStructure(item, value);
    }

    private static void AssertEntries(PickleKind kind, JsonElement expected, PickleValue actual)
    {
        Assert.Equal(kind, actual.Kind);
        Assert.Equal(expected.GetArrayLength(), actual.Entries.Count);
        foreach (var (entry, value) in expected.EnumerateArray().Zip(actual.Entries))
        {
            AssertStructure(entry[0], value.Key);
            AssertStructure(entry[1], value.Value);
        }
    }

    private static object? Scalar(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => json.GetString(),
        _ => json.GetRawText().AsSpan().ContainsAny('.', 'e') ? json.GetDouble() : (object)json.GetInt64(),
    };

    private static JsonElement Find(string name) =>
        Manifest.EnumerateObject().Where(l => l.Value.ValueKind == JsonValueKind.Array).SelectMany(l => l.Value.EnumerateArray()).First(f => f.TryGetProperty("must", out _) && Text(f, "file") == name);

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
}
