using System.Runtime.InteropServices;
using Dit.Tests;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Torch.Tests.Extensions;

public sealed class ActivationCheckpointTests
{
    [Fact]
    public void Loss_and_gradients_are_those_of_the_plain_call_bit_for_bit()
    {
        using var model = new Transformer();
        Assert.Equal(model.Step(Plain), model.Step(ActivationCheckpoint.Run));
    }

    [Fact]
    public void Under_autocast_backward_computes_in_the_types_of_forward()
    {
        using var model = new Transformer();
        var plain = model.Step(Plain);
        var cast = model.Step(Plain, Cast);
        Assert.NotEqual(plain, cast);
        Assert.Equal(cast, model.Step(ActivationCheckpoint.Run, Cast));
        using var everywhere = Cast();                                   // where the call was, nothing was cast
        Assert.Equal(plain, model.Step(ActivationCheckpoint.Run, () => Autocast.Suspend(DeviceType.CPU)));
    }

    [Fact]
    public void Inside_one_autocast_scope_no_weight_loses_its_gradient()
    {
        using var scope = NewDisposeScope();
        var (weight, x) = (ones(4, 4).requires_grad_(), full([2, 4], 0.5f).requires_grad_());      // sums that bfloat16 has exactly
        var expected = Gradients((f, input) => f(input));
        Assert.Equal(expected, Gradients(ActivationCheckpoint.Run));

        float[] Gradients(Func<Func<Tensor, Tensor>, Tensor, Tensor> run)
        {
            (weight.grad, x.grad) = (null, null);
            using var cast = Cast();
            var y = run(v => v.matmul(weight), x);
            y.matmul(weight).to_type(float32).sum().backward();          // the weight again, now with a graph
            return [.. weight.grad!.data<float>(), .. x.grad!.data<float>()];
        }
    }

    [Fact]
    public void Random_numbers_are_drawn_again_and_the_outer_stream_goes_on()
    {
        using var model = new Transformer(dropout: 0.5);
        var plain = Stream(Plain);
        Assert.Equal(plain, Stream(ActivationCheckpoint.Run));

        float[][] Stream(Func<Func<Tensor, Tensor, Tensor>, Tensor, Tensor, Tensor> run)
        {
            manual_seed(3);
            var step = model.Step(run);
            using var next = rand(1);
            return [.. step, [next.item<float>()]];
        }
    }

    [Fact]
    public void Checkpoints_nest()
    {
        using var model = new Transformer(dropout: 0.5);
        manual_seed(4);
        var plain = model.Step(Plain, Cast);
        manual_seed(4);
        Assert.Equal(plain, model.Step((block, x, c) => ActivationCheckpoint.Run((v, w) => ActivationCheckpoint.Run(block, v, w), x, c), Cast));
    }

    [Fact]
    public void Several_results_may_be_used_twice_once_or_never()
    {
        using var scope = NewDisposeScope();
        var (a, b, mask) = (randn(5).requires_grad_(), randn(5).requires_grad_(), tensor([1L, 0, 1, 0, 1]));
        var plain = Gradients((f, inputs) => f(inputs));
        Assert.Equal(plain, Gradients(ActivationCheckpoint.Run));

        float[][] Gradients(Func<Func<Tensor[], Tensor[]>, Tensor[], Tensor[]> run)
        {
            (a.grad, b.grad) = (null, null);
            var y = run(v => [v[0].exp() * v[1], v[0].sin(), (v[1] / 0).sqrt(), v[2] + 1, v[0], v[0].detach()], [a, b, mask]);
            Assert.Equal([2L, 1, 2, 1, 2], y[3].data<long>().ToArray());
            Assert.Equal((true, false), (y[1].requires_grad, y[3].requires_grad));
            (y[0] * y[0] + y[1] * mask + y[4] + b * y[5]).sum().backward();          // not y[2]: its gradient is not finite
            return [a.grad!.data<float>().ToArray(), b.grad!.data<float>().ToArray()];
        }
    }

    [Fact]
    public void Inputs_without_gradient_get_none_and_are_as_before()
    {
        using var scope = NewDisposeScope();
        var (x, constant) = (ones(3).requires_grad_(), full(3, 2f));
        List<bool> seen = [];
        ActivationCheckpoint.Run((v, w) =>
        {
            seen.AddRange([v.requires_grad, w.requires_grad]);
            return v * w;
        }, x, constant).sum().backward();
        Assert.Equal([true, false, true, false], seen);
        Assert.Equal([2f, 2, 2], x.grad!.data<float>().ToArray());
        Assert.Null(constant.grad);
        Assert.False(constant.requires_grad);
    }

    [Fact]
    public void Without_a_gradient_to_compute_the_function_is_just_called()
    {
        using var scope = NewDisposeScope();
        var calls = 0;
        var weight = ones(3).requires_grad_();
        var x = ones(3);
        Func<Tensor, Tensor> f = v =>
        {
            calls++;
            return v * weight;
        };
        using (no_grad()) Assert.False(ActivationCheckpoint.Run(f, weight).requires_grad);
        ActivationCheckpoint.Run(f, x).sum().backward();
        Assert.Equal(2, calls);
        Assert.Equal([1f, 1, 1], weight.grad!.data<float>().ToArray());
    }

    [Fact]
    public void A_graph_that_is_kept_can_be_used_twice()
    {
        using var scope = NewDisposeScope();
        var x = full(1, 3f).requires_grad_();
        var y = ActivationCheckpoint.Run(v => v * v, x).sum();
        y.backward(retain_graph: true);
        y.backward();
        Assert.Equal(12, x.grad!.item<float>());
        Assert.Throws<ExternalException>(y.backward);
    }

    [Fact]
    public void Gradients_that_it_cannot_give_are_refused()
    {
        using var scope = NewDisposeScope();
        var x = ones(1).requires_grad_();
        Refused(y => y.backward(create_graph: true));
        Refused(y => y.backward(inputs: [x]));
        Refused(y => autograd.grad([y], [x]));

        void Refused(Action<Tensor> differentiate)
        {
            var y = ActivationCheckpoint.Run(v => v * v, x).sum();
            Assert.Contains("backward() only", Assert.Throws<ExternalException>(() => differentiate(y)).Message);
        }
    }

    [Fact]
    public void An_exception_in_backward_arrives_at_the_caller_and_leaves_everything_as_it_was()
    {
        using var x = ones(1000).requires_grad_();
        Fail();
        Memory.Settle();
        var before = (Tensor.TotalCount, Engine.Memory().LiveBytes);
        for (var i = 0; i < 20; i++) Fail();
        Assert.Equal(before, (Tensor.TotalCount, Engine.Memory().LiveBytes));

        void Fail()
        {
            using var scope = NewDisposeScope();
            var calls = 0;
            Tensor y;
            using (Cast())
            {
                y = ActivationCheckpoint.Run(v =>
                {
                    var noise = rand(1000);
                    return ++calls == 1 ? v * noise : throw new InvalidOperationException("failed on purpose");
                }, x);
            }
            var random = RandomState.Get();
            Assert.Contains("failed on purpose", Assert.Throws<ExternalException>(() => y.sum().backward()).Message);
            Assert.Equal(random.Cpu, RandomState.Get().Cpu);
            Assert.Equal(float32, ones(2, 2).matmul(ones(2, 2)).dtype);
            Assert.True(is_grad_enabled());
            Assert.Same(scope, CurrentDisposeScope);
        }
    }

    [Fact]
    public void An_exception_in_forward_is_the_functions_own()
    {
        using var x = ones(1).requires_grad_();
        var e = Assert.Throws<InvalidOperationException>(() => ActivationCheckpoint.Run(Throw, x));
        Assert.Equal("on purpose", e.Message);
        Assert.True(is_grad_enabled());

        static Tensor Throw(Tensor v) => throw new InvalidOperationException("on purpose");
    }

    [Fact]
    public void A_function_that_changes_its_mind_is_told()
    {
        using var scope = NewDisposeScope();
        var calls = 0;
        var y = ActivationCheckpoint.Run(v => ++calls == 1 ? [v[0] * 1, v[0] * 2] : [v[0] * 1], ones(1).requires_grad_());
        Assert.Contains("2 results in forward, but 1 in backward", Assert.Throws<ExternalException>(y[0].backward).Message);
    }

    [Fact]
    public void Results_belong_to_the_callers_scope_and_inputs_stay_where_they_are()
    {
        using var outer = NewDisposeScope();
        var x = ones(3).requires_grad_();
        using (var inner = NewDisposeScope())
        {
            var before = inner.DisposablesCount;
            var y = ActivationCheckpoint.Run(v => [v[0] * 2, v[0]], x);
            Assert.Equal(before + 2, inner.DisposablesCount);
            Assert.All(y, r => Assert.True(inner.Contains(r)));
        }
        Assert.True(outer.Contains(x));
    }

    [Fact]
    public void No_tensor_is_left_behind_in_300_steps()
    {
        using var model = new Transformer(dropout: 0.1);
        for (var i = 0; i < 3; i++) model.Step(ActivationCheckpoint.Run, Cast);
        Memory.Settle();
        var before = (Tensor.TotalCount, Engine.Memory().LiveBytes);
        for (var i = 0; i < 300; i++) model.Step(ActivationCheckpoint.Run, Cast);
        Assert.Equal(before, (Tensor.TotalCount, Engine.Memory().LiveBytes));
    }

    /// Kept are 8 inputs of a segment (1 MB each) and, in turn, the 12 activations of one segment; plainly it is all 96 activations.
    [Fact]
    public void The_peak_is_the_inputs_and_one_segments_activations()
    {
        const int Segments = 8, Depth = 12;
        var plain = Peak((f, x) => f(x));
        var checkpointed = Peak(ActivationCheckpoint.Run);
        Assert.InRange(plain, Segments * Depth, Segments * Depth + 6);
        Assert.InRange(checkpointed, Segments + Depth, Segments + Depth + 6);

        static double Peak(Func<Func<Tensor, Tensor>, Tensor, Tensor> run)
        {
            Memory.Settle();
            using var scope = NewDisposeScope();
            var x = ones(1 << 18).requires_grad_();
            var before = Engine.Memory().LiveBytes;
            Engine.ResetPeakMemory();
            var y = x.alias();
            for (var i = 0; i < Segments; i++)
            {
                using var earlier = y;
                y = run(Segment, earlier);
            }
            y.sum().backward();
            return (Engine.Memory().PeakBytes - before) / (double)(1 << 20);
        }

        static Tensor Segment(Tensor x)
        {
            using var scope = NewDisposeScope();
            for (var i = 0; i < Depth; i++) x = x.sin();                  // sin keeps its input
            return scope.MoveToOuter(x);
        }
    }

    private static IDisposable Cast() => Autocast.Enter(DeviceType.CPU);

    private static Tensor Plain(Func<Tensor, Tensor, Tensor> block, Tensor x, Tensor c) => block(x, c);

    /// <summary>Blocks of attention and MLP, each conditioned by the same c.</summary>
    private sealed class Transformer : IDisposable
    {
        private readonly Block[] blocks;
        private readonly Tensor x;
        private readonly Tensor c;

        internal Transformer(double dropout = 0)
        {
            manual_seed(2);
            blocks = [.. Enumerable.Range(0, 3).Select(_ => new Block(16, dropout))];
            x = randn(2, 5, 16).requires_grad_();
            c = randn(2, 1, 16).requires_grad_();
        }

        /// <summary>The loss, and the gradients of every parameter and both inputs.</summary>
        internal float[][] Step(Func<Func<Tensor, Tensor, Tensor>, Tensor, Tensor, Tensor> run, Func<IDisposable>? surroundings = null)
        {
            using var scope = NewDisposeScope();
            Tensor[] leaves = [.. blocks.SelectMany(b => b.parameters()), x, c];
            foreach (var leaf in leaves) leaf.grad = null;
            Tensor loss;
            using (surroundings?.Invoke())
            {
                var y = x;
                foreach (var block in blocks) y = run(block.call, y, c);
                loss = y.to_type(float32).square().mean();
            }
            loss.backward();
            float[][] all = [[loss.item<float>()], .. leaves.Select(leaf => leaf.grad!.data<float>().ToArray())];
            Assert.All(all, values => Assert.Contains(values, v => v != 0));
            foreach (var leaf in leaves) leaf.grad = null;
            return all;
        }

        public void Dispose()
        {
            foreach (var block in blocks) block.Dispose();
            x.Dispose();
            c.Dispose();
        }
    }

    private sealed class Block : Module<Tensor, Tensor, Tensor>
    {
        private readonly Linear qkv;
        private readonly Sequential mlp;
        private readonly double dropout;

        internal Block(long width, double dropout) : base(nameof(Block))
        {
            this.dropout = dropout;
            qkv = Linear(width, 3 * width);
            mlp = Sequential(Linear(width, 4 * width), GELU(), Linear(4 * width, width));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor c)
        {
            using var scope = NewDisposeScope();
            x = x + functional.dropout(FusedOps.Attention(qkv.call(x + c), 4), dropout);      // [B, T, D]
            x = x + functional.dropout(mlp.call(x), dropout);                                 // [B, T, D]
            return x.MoveToOuterDisposeScope();
        }
    }
}
