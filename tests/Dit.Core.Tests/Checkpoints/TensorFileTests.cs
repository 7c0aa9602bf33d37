using System.Text.Json;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class TensorFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A header of 123 bytes makes a file that begins with '{', as an index does.</summary>
    [Theory]
    [InlineData("weights.pt", 80)]
    [InlineData("model.safetensors.index.json", 123)]
    public void The_contents_decide_not_the_name(string name, int headerLength)
    {
        using var scope = NewDisposeScope();
        SafeTensors.Save(_folder["t"], new Dictionary<string, Tensor> { ["a"] = ones(2) });
        var bytes = File.ReadAllBytes(_folder["t"]);
        var (length, end) = (bytes[0], 8 + bytes[0]);
        byte[] padded = [(byte)headerLength, .. bytes[1..end], .. Enumerable.Repeat((byte)' ', headerLength - length), .. bytes[end..]];
        File.WriteAllBytes(_folder[name], padded);
        using var file = TensorFile.Open(_folder[name]);
        Assert.IsType<SafeTensorsFile>(file);
        Assert.True(file.Read("a").Equals(ones(2)));
    }

    [Fact]
    public void A_sharded_file_is_read_from_its_folder()
    {
        using var scope = NewDisposeScope();
        SafeTensors.Save(_folder["m-1.safetensors"], new Dictionary<string, Tensor> { ["a"] = ones(2), ["b"] = zeros(3) });
        SafeTensors.Save(_folder["m-2.safetensors"], new Dictionary<string, Tensor> { ["c"] = arange(4, int64) });
        WriteIndex(("a", "m-1.safetensors"), ("c", "m-2.safetensors"));
        using var file = TensorFile.Open(_folder.Path);
        Assert.Equal(["a", "c"], file.Entries.Keys);
        Assert.True(file.Read("c").Equals(arange(4, int64)));
        using var target = zeros(2, float64);
        file.ReadInto("a", target);
        Assert.True(target.Equals(ones(2, float64)));
        Assert.Contains("[2] in the file and [3] here", Assert.Throws<CheckpointException>(() => file.ReadInto("a", zeros(3))).Message, StringComparison.Ordinal);
        Assert.Contains("no tensor 'd'", Assert.Throws<CheckpointException>(() => file.Read("d")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../m-1.safetensors", "no name of a file beside it")]
    [InlineData("/etc/passwd", "no name of a file beside it")]
    [InlineData("..", "no name of a file beside it")]
    [InlineData("m-9.safetensors", "is missing")]
    [InlineData("m-1.safetensors", "has no such tensor")]
    public void A_wrong_index_is_refused(string shard, string expected)
    {
        using var scope = NewDisposeScope();
        SafeTensors.Save(_folder["m-1.safetensors"], new Dictionary<string, Tensor> { ["b"] = ones(2) });
        WriteIndex(("a", shard));
        var message = Assert.Throws<CheckpointException>(() => TensorFile.Open(_folder.Path)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains(_folder["model.safetensors.index.json"], message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "no valid JSON")]
    [InlineData("{}", "weight_map")]
    [InlineData("""{"weight_map": []}""", "weight_map")]
    [InlineData("""{"weight_map": {"a": 1}}""", "Number")]
    [InlineData("""{"weight_map": {"a": "x", "a": "x"}}""", "no valid JSON")]
    public void A_damaged_index_is_refused(string json, string expected)
    {
        File.WriteAllText(_folder["model.safetensors.index.json"], json);
        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => TensorFile.Open(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_searched_for_the_usual_names()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("no file of weights", Refusal(), StringComparison.Ordinal);
        SafeTensors.Save(_folder["x.safetensors"], new Dictionary<string, Tensor> { ["x"] = ones(2) });
        Assert.Equal("x", OnlyKey());
        SafeTensors.Save(_folder["y.safetensors"], new Dictionary<string, Tensor> { ["y"] = ones(2) });
        Assert.Contains("(x.safetensors, y.safetensors)", Refusal(), StringComparison.Ordinal);
        SafeTensors.Save(_folder["diffusion_pytorch_model.safetensors"], new Dictionary<string, Tensor> { ["d"] = ones(2) });
        Assert.Equal("d", OnlyKey());
        Assert.Throws<FileNotFoundException>(() => TensorFile.Open(_folder["none"]));
    }

    [Fact]
    public void A_file_that_shrinks_while_it_is_open_is_an_error()
    {
        using var scope = NewDisposeScope();
        SafeTensors.Save(_folder["t"], new Dictionary<string, Tensor> { ["a"] = ones(2000) });
        using var file = TensorFile.Open(_folder["t"]);
        using (var writer = new FileStream(_folder["t"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            writer.SetLength(4000);
        Assert.Contains("cut off at byte 4000", Assert.Throws<CheckpointException>(() => file.Read("a")).Message, StringComparison.Ordinal);
    }

    /// <summary>Headers whose entries are short must not make many times their size of objects.</summary>
    [Fact]
    public void A_header_of_very_many_entries_is_refused_before_it_costs_more_than_it_may()
    {
        var json = System.Text.Encoding.UTF8.GetBytes($"{{{string.Join(",", Enumerable.Range(0, 400_000).Select(i => $"\"{i}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}"))}}}");
        File.WriteAllBytes(_folder["t"], [.. BitConverter.GetBytes((long)json.Length), .. json]);
        Assert.Null(Bounds.Read(_folder["t"], out var refusal));
        Assert.Contains("memory", refusal, StringComparison.Ordinal);
    }

    private string Refusal() => Assert.Throws<CheckpointException>(() => TensorFile.Open(_folder.Path)).Message;

    private string OnlyKey()
    {
        using var file = TensorFile.Open(_folder.Path);
        return file.Entries.Keys.Single();
    }

    private void WriteIndex(params (string Name, string Shard)[] map) =>
        File.WriteAllText(_folder["model.safetensors.index.json"], JsonSerializer.Serialize(new { weight_map = map.ToDictionary(m => m.Name, m => m.Shard) }));
}
