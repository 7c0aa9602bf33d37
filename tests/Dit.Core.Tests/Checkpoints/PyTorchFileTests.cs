using System.Text;

namespace Dit.Core.Tests;

/// <summary>Pickles made by hand, in the legacy format, whose frame is small.</summary>
public sealed class PyTorchFileTests : IDisposable
{
    private const string Frame = "\x80\x02\x8a\nl\xfc\u009cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}X\r\0\0\0little_endian\x88s.";
    private const string OneTensor =
        "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0kX\x03\0\0\0cpuK\x02tQK\0K\x02\x85K\x01\x85\x89}tR";
    private const string OneKey = "\x80\x02]X\x01\0\0\0ka.\x02\0\0\0\0\0\0\0\0\0\x80\x3f\0\0\0\x40";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_tensor_made_by_hand_is_read()
    {
        var tensors = Read($"}}X\x01\0\0\0a({OneTensor}{OneTensor}ls", OneKey, out _);
        Assert.Equal(["a.0", "a.1"], tensors!.Keys);
        Assert.Equal([1f, 2f], [BitConverter.ToSingle(tensors["a.0"].Data, 0), BitConverter.ToSingle(tensors["a.1"].Data, 4)]);
    }

    /// <summary>A byte of a pickle may make an object of many bytes; each of these files has a megabyte of such bytes.</summary>
    [Theory]
    [InlineData("}")]
    [InlineData("]")]
    [InlineData("N")]
    [InlineData("(")]
    [InlineData("}\x94")]
    [InlineData("N\x85")]
    [InlineData(")2")]
    [InlineData("NN\x86\x94")]
    [InlineData("h\0h\0\x86")]
    [InlineData("K\x01\x94")]
    [InlineData("\x8c\x01x")]
    [InlineData("\x8a\x01x")]
    [InlineData("C\0")]
    [InlineData("ccollections\nOrderedDict\n)R")]
    [InlineData("cargparse\nNamespace\n)R")]
    [InlineData("(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0kX\x03\0\0\0cpuK\x02tQ")]
    [InlineData(OneTensor)]
    public void A_bomb_of_values_costs_no_more_than_a_file_may(string piece) =>
        Read($"]q\0({string.Concat(Enumerable.Repeat(piece, (1 << 20) / piece.Length))}e", OneKey, out _);

    [Theory]
    [InlineData("}X\x03\0\0\0a.b" + OneTensor + "sX\x01\0\0\0a}X\x01\0\0\0b" + OneTensor + "ss", "two tensors in it have the path 'a.b'")]
    [InlineData("}]Ns", "a list of 0 is the key")]
    [InlineData("ccollections\nOrderedDict\nN\x85R", "calls collections.OrderedDict")]
    [InlineData("ctorch\nFloatStorage\n)R", "calls torch.FloatStorage")]
    [InlineData("N)R", "it calls None")]
    [InlineData("ctorch.storage\n_load_from_bytes\n", "torch.storage._load_from_bytes")]
    [InlineData("c__builtin__\ngetattr\n", "__builtin__.getattr")]
    [InlineData("X\x04\0\0\0\xff\xff\xff\xff", "not UTF-8")]
    [InlineData("I1\n", "operation 0x49")]
    public void What_is_wrong_is_said(string body, string expected)
    {
        Assert.Null(Read(body, OneKey, out var refusal));
        Assert.Contains(expected, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\x80\x02].", "lacks the storage 'k'")]
    [InlineData("\x80\x02]X\x01\0\0\0ja.", "none of its tensors needs")]
    [InlineData("\x80\x02]X\x01\0\0\0ka.\x03\0\0\0\0\0\0\0\0\0\x80\x3f\0\0\0\x40\0\0\0\0", "2 elements, but has 3")]
    [InlineData("\x80\x02]X\x01\0\0\0ka.\x02\0\0\0\0\0\0\0\0\0\x80\x3f", "cut off")]
    public void Storages_must_fit(string keys, string expected)
    {
        Assert.Null(Read(OneTensor, keys, out var refusal));
        Assert.Contains(expected, refusal, StringComparison.Ordinal);
    }

    private Dictionary<string, RawTensor>? Read(string body, string keys, out string? refusal)
    {
        File.WriteAllBytes(_folder["t.pt"], Encoding.Latin1.GetBytes($"{Frame}\x80\x04{body}.{keys}"));
        return Bounds.Read(_folder["t.pt"], out refusal);
    }
}
