using System.Runtime.InteropServices;
using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Torch.Tests.Autograd;

public sealed class FunctionTests
{
    [Fact]
    public void A_custom_function_uses_its_own_gradient()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1f, 2, 3]).with_requires_grad();
        var scale = tensor([10f]);
        var y = ScaledSquare.apply(x, scale, "not a tensor");
        Assert.Equal([10f, 40, 90], y.data<float>().ToArray());
        y.sum().backward();
        Assert.Equal([21f, 41, 61], x.grad!.data<float>().ToArray());   // 2 x scale + 1: the + 1 is this test's own mark
    }

    [Fact]
    public void Several_results_get_gradients_also_where_one_is_unused()
    {
        using var scope = NewDisposeScope();
        var x = tensor([3f]).with_requires_grad();
        var results = Split.apply(x);
        results[1].sum().backward();
        Assert.Equal(5, x.grad!.item<float>());
    }

    [Fact]
    public void An_exception_in_backward_arrives_at_the_caller()
    {
        using var scope = NewDisposeScope();
        var x = ones(1).with_requires_grad();
        var e = Assert.Throws<ExternalException>(() => Failing.apply(x).sum().backward());
        Assert.Contains("on purpose", e.Message);
    }

    [Fact]
    public void A_second_backward_without_retain_graph_is_refused()
    {
        using var scope = NewDisposeScope();
        var y = ScaledSquare.apply(ones(1).with_requires_grad(), ones(1), "").sum();
        y.backward();
        Assert.Throws<ExternalException>(y.backward);
    }

    [Fact]
    public void Custom_functions_leave_no_tensor_behind()
    {
        using var x = ones(1000).with_requires_grad();
        for (var i = 0; i < 3; i++) Step(x);
        Memory.Settle();
        var before = (Tensor.TotalCount, Engine.Memory().LiveBytes);
        for (var i = 0; i < 50; i++) Step(x);
        Assert.Equal(before, (Tensor.TotalCount, Engine.Memory().LiveBytes));

        static void Step(Tensor x)
        {
            using var scope = NewDisposeScope();
            using var factor = ones(1);
            ScaledSquare.apply(x, factor, "").sum().backward();
            x.grad = null;
        }
    }

    private sealed class ScaledSquare : autograd.SingleTensorFunction<ScaledSquare>
    {
        public override string Name => nameof(ScaledSquare);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, scale) = ((Tensor)vars[0], (Tensor)vars[1]);
            ctx.save_for_backward([x, scale]);
            return x * x * scale;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            return [(2 * saved[0] * saved[1] + 1) * grad_output, null!, null!];
        }
    }

    private sealed class Split : autograd.MultiTensorFunction<Split>
    {
        public override string Name => nameof(Split);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars) => [(Tensor)vars[0] * 2, (Tensor)vars[0] * 5];

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs) => [grad_outputs[0] * 2 + grad_outputs[1] * 5];
    }

    private sealed class Failing : autograd.SingleTensorFunction<Failing>
    {
        public override string Name => nameof(Failing);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => (Tensor)vars[0] * 1;

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => throw new InvalidOperationException("failed on purpose");
    }
}
