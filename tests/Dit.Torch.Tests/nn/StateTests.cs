using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Torch.Tests.NN;

public sealed class StateTests
{
    private static Sequential Make(long width = 3) => Sequential(("conv", Conv2d(1, width, 3)), ("norm", BatchNorm2d(width)), ("flat", Flatten()));

    [Fact]
    public void A_state_goes_into_another_module()
    {
        using var scope = NewDisposeScope();
        using var a = Make();
        using var b = Make();
        a.call(randn(4, 1, 8, 8));   // moves the running statistics
        var (missing, unexpected) = b.load_state_dict(a.state_dict());
        Assert.Empty(missing);
        Assert.Empty(unexpected);
        AssertSame(a, b);
    }

    [Fact]
    public void What_does_not_fit_is_named_and_nothing_is_copied()
    {
        using var scope = NewDisposeScope();
        using var net = Make();
        var before = net.state_dict().ToDictionary(e => e.Key, e => e.Value.clone());
        var state = net.state_dict().ToDictionary(e => e.Key, e => ones_like(e.Value));
        state.Remove("norm.bias");
        state["extra"] = ones(1);
        state["conv.bias"] = ones(5);

        var error = Assert.Throws<InvalidOperationException>(() => net.load_state_dict(state));
        Assert.Contains("1 missing (norm.bias)", error.Message, StringComparison.Ordinal);
        Assert.Contains("1 unexpected (extra)", error.Message, StringComparison.Ordinal);
        Assert.Contains("1 misshapen (conv.bias: source [5], module [3])", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => net.load_state_dict(state, strict: false));
        Assert.All(before, e => Assert.True(net.state_dict()[e.Key].Same(e.Value)));

        var (missing, unexpected) = net.load_state_dict(state, strict: false, skip: ["conv.bias"]);
        Assert.Equal(["norm.bias"], missing);
        Assert.Equal(["extra"], unexpected);
        Assert.True(net.get_parameter("conv.bias")!.Same(before["conv.bias"]));
        Assert.Equal(1, net.get_parameter("conv.weight")!.min().item<float>());
    }

    [Fact]
    public void Element_types_are_converted()
    {
        using var scope = NewDisposeScope();
        using var net = Linear(2, 2);
        net.load_state_dict(new() { ["weight"] = full(2, 2, 0.5, dtype: ScalarType.BFloat16), ["bias"] = zeros(2, dtype: ScalarType.Float64) });
        Assert.Equal(ScalarType.Float32, net.weight.dtype);
        Assert.Equal(2, net.weight.sum().item<float>());
        Assert.True(net.weight.requires_grad && net.weight.is_leaf);
    }

    [Fact]
    public void Files_hold_the_state_and_damaged_ones_are_refused()
    {
        using var scope = NewDisposeScope();
        using var a = Make();
        using var b = Make();
        using var stream = new MemoryStream();
        a.save(stream);
        stream.Position = 0;
        var loaded = new Dictionary<string, bool>();
        b.load(stream, loadedParameters: loaded);
        AssertSame(a, b);
        Assert.Equal(a.state_dict().Keys.Order(), loaded.Where(l => l.Value).Select(l => l.Key).Order());

        var bytes = stream.ToArray();
        Assert.Throws<EndOfStreamException>(() => b.load(new MemoryStream(bytes[..(bytes.Length / 2)])));
        bytes[17] = 0x7f;   // "conv.weight" ends at 13, then: type, dimensions, sizes
        Assert.ThrowsAny<IOException>(() => b.load(new MemoryStream(bytes)));
        using var wider = Make(width: 4);
        stream.Position = 0;
        Assert.Throws<ArgumentException>(() => wider.load(stream));
    }

    [Fact]
    public void Non_persistent_buffers_are_no_part_of_the_state()
    {
        using var module = new Holder();
        Assert.Equal(["kept"], module.state_dict().Keys);
        Assert.Equal(["kept", "cache"], module.named_buffers().Select(b => b.name));
        Assert.Equal(["kept"], module.named_buffers(include_nonpersistent: false).Select(b => b.name));
    }

    [Fact]
    public void The_weights_of_a_loss_are_part_of_the_state_of_what_holds_it()
    {
        using var list = ModuleList<Module>(CrossEntropyLoss(ones(3)));
        Assert.Equal(["0.weight"], list.state_dict().Keys);
    }

    private static void AssertSame(Module a, Module b)
    {
        var (x, y) = (a.state_dict(), b.state_dict());
        Assert.Equal(x.Keys, y.Keys);
        Assert.All(x, e => Assert.True(e.Value.Same(y[e.Key])));
    }

    private sealed class Holder : Module<Tensor, Tensor>
    {
        public Holder() : base(nameof(Holder))
        {
            register_buffer("kept", ones(1));
            register_buffer("cache", ones(1), persistent: false);
        }

        public override Tensor forward(Tensor input) => input.alias();
    }
}
