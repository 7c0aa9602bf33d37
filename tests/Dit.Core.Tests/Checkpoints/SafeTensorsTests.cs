using System.Buffers.Binary;
using System.Text;
using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class SafeTensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<ScalarType> Types =>
    [
        float64, float32, float16, bfloat16, int64, int32, int16, int8, uint8, ScalarType.Bool,
    ];

    [Theory, MemberData(nameof(Types))]
    public void Every_type_survives(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var values = (arange(24, float32).reshape(2, 3, 4) - 7).to(type);
        Save(("values", values), ("scalar", values[1, 1, 1]), ("transposed", values.transpose(0, 2)), ("empty", values.narrow(0, 0, 0)));
        var loaded = SafeTensors.Load(_folder["t.safetensors"]);
        Assert.Equal(["values", "scalar", "transposed", "empty"], loaded.Keys);
        Assert.All(loaded.Values, t => Assert.Equal(type, t.dtype));
        Assert.Equal([0, 3, 4], loaded["empty"].shape);
        Assert.Empty(loaded["scalar"].shape);
        Assert.True(loaded["values"].Equals(values));
        Assert.True(loaded["scalar"].Equals(values[1, 1, 1]));
        Assert.True(loaded["transposed"].Equals(values.transpose(0, 2)));
    }

    [Fact]
    public void Metadata_and_odd_names_survive()
    {
        using var scope = NewDisposeScope();
        var metadata = new Dictionary<string, string> { ["format"] = "pt", ["é \"q\" 漢"] = "line\nbreak" };
        SafeTensors.Save(_folder["t.safetensors"], new Dictionary<string, Tensor> { ["é \"q\" 漢"] = ones(2), [""] = zeros(1) }, metadata);
        using var file = SafeTensorsFile.Open(_folder["t.safetensors"]);
        Assert.Equal(metadata, file.Metadata);
        Assert.Equal(["é \"q\" 漢", ""], file.Entries.Keys);
        Assert.True(file.Read("é \"q\" 漢").Equals(ones(2)));
    }

    [Fact]
    public void Data_is_aligned_whatever_the_order()
    {
        using var scope = NewDisposeScope();
        Save(("bytes", zeros(3, uint8)), ("doubles", zeros(2, float64)), ("floats", zeros(5)));
        using var file = SafeTensorsFile.Open(_folder["t.safetensors"]);
        Assert.Equal(0, file.Entries.Keys.Min(file.OffsetOf) % 64);
        Assert.All(file.Entries.Values, e => Assert.Equal(0, file.OffsetOf(e.Name) % e.Dtype switch { ScalarType.Float64 => 8, ScalarType.Float32 => 4, _ => 1 }));
    }

    /// <summary>The message says where and what; the header here is hand-written.</summary>
    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "'b' overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "bytes 4 to 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "data section of 7 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "9 bytes of data")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}""", 0, "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "'a' is F32 [3]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0, "'a' occurs twice")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0, "'dtype', which is unknown or comes twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"x":1}}""", 0, "property 'x'")]
    [InlineData("""{"a":{"dtype":"F31","shape":[0],"data_offsets":[0,0]}}""", 0, "dtype 'F31'")]
    [InlineData("""{"a":7}""", 0, "a is a Number")]
    public void Damage_is_located(string header, int dataLength, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + bytes.Length + dataLength];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)bytes.Length);
        bytes.CopyTo(file, 8);
        File.WriteAllBytes(_folder["t.safetensors"], file);
        var message = Assert.Throws<CheckpointException>(() => SafeTensors.Load(_folder["t.safetensors"])).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains(_folder["t.safetensors"], message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        using var scope = NewDisposeScope();
        Save(("a", arange(5, float32)), ("b", ones(3, int64)));
        var whole = File.ReadAllBytes(_folder["t.safetensors"]);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_folder["cut.safetensors"], whole[..length]);
            Assert.Throws<CheckpointException>(() => SafeTensors.Load(_folder["cut.safetensors"]));
        }
    }

    [Fact]
    public void A_failed_save_leaves_the_old_file_and_nothing_else()
    {
        using var scope = NewDisposeScope();
        Save(("a", ones(3)));
        var before = File.ReadAllBytes(_folder["t.safetensors"]);
        Assert.Throws<ArgumentException>(() => Save(("a", zeros(3)), ("c", zeros(2, ScalarType.ComplexFloat32))));
        Assert.Throws<ArgumentException>(() => Save(("__metadata__", zeros(3))));
        Assert.Equal(before, File.ReadAllBytes(_folder["t.safetensors"]));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_file_of_another_model_is_refused_with_the_differences_and_changes_nothing()
    {
        using var small = Models.Random(Models.Tiny, 1);
        using var large = Models.Random(Models.Tiny with { ImageSize = 16, Depth = 3 }, 1);
        small.Save(_folder["small.safetensors"]);
        using var average = new ExponentialMovingAverage(large, 0.9);
        using var kept = average.Averages["x_embedder.proj.bias"].clone();
        var message = Assert.Throws<CheckpointException>(() => average.Load(_folder["small.safetensors"])).Message;
        Assert.Contains("10 missing (blocks.2.", message, StringComparison.Ordinal);
        Assert.Contains("0 unexpected", message, StringComparison.Ordinal);
        Assert.Contains("1 misshapen (pos_embed: file [1, 16, 16], model [1, 64, 16])", message, StringComparison.Ordinal);
        Assert.True(average.Averages["x_embedder.proj.bias"].Equals(kept));
        Assert.Throws<CheckpointException>(() => DitModel.Load(Path.Combine(Golden.Folder, "checkpoints", "safetensors_good", "unaligned.safetensors")));
    }

    private void Save(params (string Name, Tensor Value)[] tensors) =>
        SafeTensors.Save(_folder["t.safetensors"], tensors.Select(t => KeyValuePair.Create(t.Name, t.Value)));
}
