using Dit.Tests;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Torch.Tests.NN;

public sealed class ModuleTests
{
    [Fact]
    public void Fields_are_registered_under_their_names_in_the_order_of_their_declaration()
    {
        using var net = new Net();
        Assert.Equal(
            ["scale", "renamed", "first.weight", "first.bias", "second.0.weight", "second.2.weight", "second.2.bias"],
            net.named_parameters().Select(p => p.name));
        Assert.Equal(["table"], net.named_buffers().Select(b => b.name));
        Assert.Equal(["first", "second"], net.named_children().Select(c => c.name));
        Assert.Equal(["first", "second", "second.0", "second.1", "second.2"], net.named_modules().Select(m => m.name));
        Assert.Equal([.. net.named_parameters().Select(p => p.name), "table"], net.state_dict().Keys);
    }

    [Fact]
    public void Paths_lead_to_parameters_and_buffers()
    {
        using var net = new Net();
        Assert.Same(net.First.weight, net.get_parameter("first.weight"));
        Assert.NotNull(net.get_parameter("second.2.bias"));
        Assert.Null(net.get_parameter("second.1.bias"));
        Assert.Null(net.get_parameter("nowhere.weight"));
        Assert.True(net.has_parameter("renamed"));
        Assert.True(net.has_buffer("table"));
        Assert.False(net.has_buffer("scale"));
    }

    [Fact]
    public void A_parameter_that_is_shared_comes_once_among_the_parameters_and_by_each_of_its_paths_in_the_state()
    {
        using var a = Linear(3, 3);
        using var b = Linear(a.weight, null);
        using var both = Sequential(("a", a), ("b", b));
        Assert.Equal(["a.weight", "a.bias"], both.named_parameters().Select(p => p.name));
        Assert.Equal(["a.weight", "a.bias", "b.weight"], both.state_dict().Keys);
    }

    [Fact]
    public void Training_mode_reaches_everything_below()
    {
        using var net = new Net();
        Assert.True(net.training);
        net.eval();
        Assert.All(net.modules().Prepend(net), m => Assert.False(m.training));
        net.train();
        Assert.All(net.modules(), m => Assert.True(m.training));
    }

    [Fact]
    public void Apply_visits_the_deepest_first()
    {
        using var net = new Net();
        var visited = new List<string>();
        Assert.Same(net, net.apply(m => visited.Add(m.GetName())));
        Assert.Equal(["Linear", "Linear", "SiLU", "Linear", "Sequential", "Net"], visited);
    }

    [Fact]
    public void Parameters_outlive_the_scope_they_were_made_in_and_results_do_not()
    {
        Net net;
        Tensor result;
        using (NewDisposeScope())
        {
            net = new Net();
            result = net.call(ones(1, 4));
        }
        Assert.All(net.parameters(), p => Assert.False(p.IsInvalid));
        Assert.All(net.buffers(), b => Assert.False(b.IsInvalid));
        Assert.True(result.IsInvalid);
        net.Dispose();
    }

    [Fact]
    public void Disposing_frees_everything_below_and_twice_does_nothing()
    {
        Memory.Settle();
        var before = Tensor.TotalCount;
        using (NewDisposeScope())
        {
            var net = new Net();
            var parameters = net.parameters().ToList();
            net.Dispose();
            net.Dispose();
            Assert.All(parameters, p => Assert.True(p.IsInvalid));
        }
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Gradients_are_dropped_or_zeroed()
    {
        using var scope = NewDisposeScope();
        using var net = new Net();
        net.call(ones(2, 4)).sum().backward();
        Assert.All(net.parameters(), p => Assert.NotNull(p.grad));
        net.zero_grad(set_to_none: false);
        Assert.All(net.parameters(), p => Assert.Equal(0, p.grad!.abs().sum().item<float>()));
        net.zero_grad();
        Assert.All(net.parameters(), p => Assert.Null(p.grad));
    }

    [Fact]
    public void Conversion_keeps_the_parameters_their_gradients_and_the_integers()
    {
        using var scope = NewDisposeScope();
        using var net = new Net();
        net.call(ones(2, 4)).sum().backward();
        var weight = net.First.weight;
        var expected = weight.to(ScalarType.Float64);
        Assert.Same(net, net.to(ScalarType.Float64));
        Assert.Same(weight, net.First.weight);
        Assert.All(net.parameters(), p => Assert.Equal(ScalarType.Float64, p.dtype));
        Assert.All(net.parameters(), p => Assert.Equal(ScalarType.Float64, p.grad!.dtype));
        Assert.All(net.parameters(), p => Assert.True(p.requires_grad && p.is_leaf));
        Assert.True(weight.Same(expected));
        Assert.Equal(ScalarType.Int64, net.get_buffer("table")!.dtype);
        net.zero_grad();
        net.call(ones(2, 4, dtype: ScalarType.Float64)).sum().backward();
        Assert.Equal(ScalarType.Float64, weight.grad!.dtype);
        Assert.Throws<ArgumentException>(() => net.to(ScalarType.Int32));
    }

    [Fact]
    public void Names_are_checked()
    {
        using var net = new Net();
        using var other = Linear(1, 1);
        Assert.Throws<ArgumentException>(() => net.register_module("a.b", other));
        Assert.Throws<ArgumentException>(() => net.register_module("", other));
        Assert.Throws<InvalidOperationException>(() => net.register_module("first", other));
        Assert.Throws<InvalidOperationException>(() => net.register_parameter("scale", other.weight));
        Assert.Throws<InvalidOperationException>(() => net.register_buffer("table", zeros(1)));
        Assert.Throws<ArgumentNullException>(() => net.register_parameter("new", null!));
        using var plain = ReLU();
        Assert.Throws<InvalidOperationException>(() => plain.register_module("a", other));
    }

    [Fact]
    public void Hooks_see_and_change_inputs_and_results_until_removed()
    {
        using var scope = NewDisposeScope();
        using var module = Identity();
        var calls = 0;
        var first = module.register_forward_pre_hook((_, x) => x + 1);
        var second = module.register_forward_hook((_, _, y) => y * 10);
        var third = module.register_forward_hook(_ => calls++);
        Assert.Equal(20, module.call(ones(1)).item<float>());
        first.remove();
        second.remove();
        third.remove();
        Assert.Equal(1, module.call(ones(1)).item<float>());
        Assert.Equal(1, calls);
    }

    [Fact]
    public void A_parameter_takes_the_place_of_its_data()
    {
        using var scope = NewDisposeScope();
        var data = ones(2);
        var parameter = new Parameter(data);
        Assert.True(data.IsInvalid);
        Assert.True(parameter.requires_grad && parameter.is_leaf);
        Assert.True(scope.Contains(parameter));
        var frozen = new Parameter(parameter * 2, requires_grad: false);
        Assert.False(frozen.requires_grad);
        Assert.Equal(4, frozen.sum().item<float>());
        Assert.Throws<ArgumentException>(() => new Parameter(tensor(1L)));
    }

    private sealed class Net : Module<Tensor, Tensor>
    {
#pragma warning disable IDE1006, CS0169, CS0649, IDE0051, IDE0052
        private readonly Parameter scale = new(ones(4));
        [ComponentName(Name = "renamed")]
        private readonly Parameter shift = new(zeros(4));
        private readonly Tensor table = arange(3);
        private readonly Linear first = Linear(4, 4);
        private readonly Sequential second = Sequential(Linear(4, 3, hasBias: false), SiLU(), Linear(3, 2));
        private readonly Linear? absent;
#pragma warning restore IDE1006, CS0169, CS0649, IDE0051, IDE0052

        public Net() : base(nameof(Net)) => RegisterComponents();

        public Linear First => first;

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return second.call(first.call(input * scale + shift)).MoveToOuterDisposeScope();
        }
    }
}
