using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dit.Torch.Tests.Extensions;

/// <summary>Each fused operator against its plain composition in float64: values and gradients.</summary>
public sealed class FusedOpsTests
{
    public static TheoryData<long, long, long, long> Sizes => new()
    {
        { 2, 5, 24, 2 },
        { 1, 1, 64, 1 },
        { 3, 49, 128, 4 },
        { 2, 130, 192, 3 },
    };

    [Theory, MemberData(nameof(Sizes))]
    public void Linear(long batch, long tokens, long width, long heads)
    {
        var (x, w, b) = (Random(batch, tokens, width), Random(heads * 16, width) / Math.Sqrt(width), Random(heads * 16));
        Check(t => FusedOps.Linear(t[0], t[1], t[2]), t => PlainOps.Linear(t[0], t[1], t[2]), 1e-5, x, w, b);
        Check(t => FusedOps.Linear(t[0], t[1]), t => PlainOps.Linear(t[0], t[1], null), 1e-5, x, w);
        Check(t => FusedOps.Linear(t[0].transpose(0, 1), t[1], t[2]), t => PlainOps.Linear(t[0].transpose(0, 1), t[1], t[2]), 1e-5, x, w, b);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Gelu(long batch, long tokens, long width, long heads)
    {
        _ = heads;
        Check(t => FusedOps.Gelu(t[0]), t => PlainOps.Gelu(t[0]), 2e-6, Random(batch, tokens, width) * 3);
        Check(t => FusedOps.Gelu(t[0]), t => PlainOps.Gelu(t[0]), 2e-6, linspace(-30, 30, 1001));
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Activations_of_PyTorch(long batch, long tokens, long width, long heads)
    {
        _ = heads;
        foreach (var x in (Tensor[])[Random(batch, tokens, width) * 3, linspace(-30, 30, 1001)])
        {
            Check(t => nn.functional.gelu(t[0]), t => 0.5 * t[0] * (1 + (t[0] / Math.Sqrt(2)).erf()), 2e-6, x);
            Check(t => nn.functional.silu(t[0]), t => t[0] * t[0].sigmoid(), 2e-6, x);
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public void SwiGlu(long batch, long tokens, long width, long heads)
    {
        _ = heads;
        Check(t => FusedOps.SwiGlu(t[0]), t => t[0].narrow(2, 0, width / 2) * t[0].narrow(2, 0, width / 2).sigmoid() * t[0].narrow(2, width / 2, width / 2),
            2e-6, Random(batch, tokens, width) * 3);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Mlp(long batch, long tokens, long width, long heads)
    {
        using var scope = NewDisposeScope();
        using var first = nn.Linear(width, heads * 16);
        using var second = nn.Linear(heads * 16, width + 3);
        var x = (3 * Random(batch, tokens, width)).requires_grad_();
        Tensor[] given = [x, first.weight, first.bias!, second.weight, second.bias!];
        var exact = given.Select(t => t.detach().@double().requires_grad_()).ToArray();
        var expected = PlainOps.Linear(PlainOps.Gelu(PlainOps.Linear(exact[0], exact[1], exact[2])), exact[3], exact[4]);
        var actual = FusedOps.Mlp(x, first, second);
        Near(actual, expected, 1e-5);
        using (no_grad())
            Near(FusedOps.Mlp(x, first, second), actual, 0);       // nothing is kept, and nothing else changes
        var cotangent = randn_like(actual);
        expected.backward([cotangent.@double()]);
        actual.backward([cotangent]);
        foreach (var (e, a) in exact.Zip(given)) Near(a.grad!, e.grad!, 1e-4);
    }

    [Theory]
    [InlineData(FusedActivation.GeluTanh)]
    [InlineData(FusedActivation.Gelu)]
    [InlineData(FusedActivation.SiLU)]
    [InlineData(FusedActivation.ReLU)]
    public void Mlp_has_each_activation(FusedActivation activation)
    {
        using var scope = NewDisposeScope();
        using var first = nn.Linear(24, 50);
        using var second = nn.Linear(50, 24);
        var x = 2 * Random(2, 7, 24);
        var before = PlainOps.Linear(x.@double(), first.weight.@double(), first.bias!.@double());
        var hidden = activation switch
        {
            FusedActivation.GeluTanh => PlainOps.Gelu(before),
            FusedActivation.Gelu => 0.5 * before * (1 + (before / Math.Sqrt(2)).erf()),
            FusedActivation.SiLU => before * before.sigmoid(),
            _ => before.clamp_min(0),
        };
        var expected = PlainOps.Linear(hidden, second.weight.@double(), second.bias!.@double());
        Near(FusedOps.Mlp(x, first, second, activation), expected, 1e-6);
        Near(PlainOps.Mlp(x, first, second, activation), expected, 1e-6);
        Assert.Throws<ArgumentOutOfRangeException>(() => FusedOps.Mlp(x, first, second, (FusedActivation)4));
    }

    [Fact]
    public void Mlp_calls_its_layers_where_they_have_hooks()
    {
        using var scope = NewDisposeScope();
        using var first = nn.Linear(6, 8);
        using var second = nn.Linear(8, 4);
        var x = Random(2, 3, 6);
        var before = FusedOps.Mlp(x, first, second);
        var seen = 0;
        var hook = first.register_forward_hook((_, _, output) =>
        {
            seen++;
            return output * 0;
        });
        Near(FusedOps.Mlp(x, first, second), second.bias!.expand(2, 3, 4), 1e-7);
        Assert.Equal(1, seen);
        Assert.False(FusedOps.MayReplace(first));
        hook.remove();
        Assert.True(FusedOps.MayReplace(first));
        Near(FusedOps.Mlp(x, first, second), before, 0);
        Assert.Equal(1, seen);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void ModulatedNorm(long batch, long tokens, long width, long heads)
    {
        _ = heads;
        foreach (var centered in (bool[])[true, false])
            Check(t => FusedOps.ModulatedNorm(t[0], t[1], t[2], centered: centered), t => PlainOps.ModulatedNorm(t[0], t[1], t[2], 1e-6, centered), 1e-5,
                Random(batch, tokens, width) + 2, Random(batch, width), Random(batch, width));
    }

    [Theory, MemberData(nameof(Sizes))]
    public void GatedResidual(long batch, long tokens, long width, long heads)
    {
        _ = heads;
        Check(t => FusedOps.GatedResidual(t[0], t[1], t[2]), t => PlainOps.GatedResidual(t[0], t[1], t[2]), 1e-5,
            Random(batch, tokens, width), Random(batch, width), Random(batch, tokens, width));
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Attention(long batch, long tokens, long width, long heads) =>
        Check(t => FusedOps.Attention(t[0], heads), t => PlainOps.Attention(t[0], heads), 1e-5, Random(batch, tokens, 3 * width));

    [Theory]
    [InlineData(2, 5, 7, 2, 8)]
    [InlineData(1, 130, 33, 1, 32)]
    [InlineData(2, 9, 300, 3, 20)]
    public void Cross_attention(long batch, long tokens, long length, long heads, long width)
    {
        var (q, kv) = (Random(batch, tokens, heads * width), Random(batch, length, 2 * heads * width));
        var mask = Random(batch, length).gt(0);
        mask[0] = tensor(false);                                                            // nobody to attend to
        Check(t => FusedOps.Attention(t[0], heads, t[1]), t => PlainOps.Attention(t[0], heads, t[1]), 1e-5, q, kv);
        Check(t => FusedOps.Attention(t[0], heads, t[1], mask: mask), t => PlainOps.Attention(t[0], heads, t[1], mask: mask), 1e-5, q, kv);
        Check(t => FusedOps.Attention(t[0], heads, t[1], t[2]), t => PlainOps.Attention(t[0], heads, t[1], t[2]), 1e-5,
            q, Random(batch, length, heads * width), Random(batch, length, heads * width));
        Check(t => FusedOps.Attention(t[0], heads, value: t[1]), t => PlainOps.Attention(t[0], heads, value: t[1]), 1e-5,
            Random(batch, tokens, 2 * heads * width), q);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Attention_with_norms_and_rotation(long batch, long tokens, long width, long heads)
    {
        var (qkv, d, turned) = (Random(batch, tokens, 3 * width), width / heads, (tokens + 1) / 2);
        var vectors = Enumerable.Range(0, 4).Select(_ => Random(d)).ToArray();
        var angles = Random(turned, d / 2);
        var rotation = stack([angles.cos(), angles.sin()], -1).flatten(1);                  // [G, d]
        foreach (var biases in (bool[])[false, true])
        {
            QueryKeyNorm Norm(Tensor[] t) => biases ? new(t[1], t[2], t[3], t[4]) : new(t[1], null, t[2], null, 1e-3);
            Check(t => FusedOps.Attention(t[0], heads, rotation: rotation, norm: Norm(t), scale: 0.3),
                t => PlainOps.Attention(t[0], heads, rotation: rotation.@double(), norm: Norm(t), scale: 0.3), 1e-5,
                [qkv, .. vectors[..(biases ? 4 : 2)]]);
        }
    }

    [Fact]
    public void BFloat16_stays_within_its_own_rounding()
    {
        using var scope = NewDisposeScope();
        var qkv = Random(2, 33, 3 * 64);
        var (x, shift, scale) = (Random(2, 33, 64), Random(2, 64), Random(2, 64));
        using (Autocast.Enter(DeviceType.CPU))
        {
            Near(FusedOps.Attention(qkv.bfloat16(), 2), PlainOps.Attention(qkv.@double(), 2), 2e-2);
            Near(FusedOps.Gelu(x.bfloat16()), PlainOps.Gelu(x.@double()), 1e-2);
            Near(FusedOps.ModulatedNorm(x, shift.bfloat16(), scale.bfloat16()), PlainOps.ModulatedNorm(x.@double(), shift.@double(), scale.@double(), 1e-6), 2e-2);
            var sum = FusedOps.GatedResidual(x, shift.bfloat16(), x.bfloat16());
            Assert.Equal(ScalarType.Float32, sum.dtype);
            Near(sum, PlainOps.GatedResidual(x.@double(), shift.@double(), x.@double()), 2e-2);
        }
    }

    [Fact]
    public void Ema_moves_every_average_by_its_share()
    {
        using var scope = NewDisposeScope();
        Tensor[] shadows = [ones(5), zeros(2, 3)];
        Tensor[] parameters = [zeros(5), ones(2, 3).with_requires_grad()];
        FusedOps.Ema(shadows, parameters, 0.75);
        Assert.Equal(0.75f, shadows[0][4].item<float>());
        Assert.Equal(0.25f, shadows[1][1, 2].item<float>());
        Assert.Throws<ArgumentException>(() => FusedOps.Ema(shadows, [parameters[0]], 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => FusedOps.Ema(shadows, parameters, 1.5));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(100)]
    public void Clipping_scales_to_the_bound_and_never_up(double bound)
    {
        using var scope = NewDisposeScope();
        Tensor[] gradients = [Random(7, 3), Random(5), Random(2, 2, 2) * 4];
        var plain = gradients.Select(g => g.clone()).ToArray();
        var expected = PlainOps.ClipGradNorm(plain, bound);
        Near(FusedOps.ClipGradNorm(gradients, bound), expected, 1e-6);
        foreach (var (a, e) in gradients.Zip(plain)) Near(a, e, 1e-6);
        Assert.InRange(Math.Sqrt(gradients.Sum(g => g.square().sum().item<float>())), 0, Math.Min(bound, expected.item<float>()) * 1.00001);
        Near(FusedOps.ClipGradNorm([null, .. gradients, null], bound), FusedOps.ClipGradNorm(plain, bound), 1e-6);      // parameters without a gradient
        Assert.Throws<ArgumentException>(() => FusedOps.ClipGradNorm([], 1));
        Assert.Throws<ArgumentException>(() => FusedOps.ClipGradNorm([null], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => FusedOps.ClipGradNorm(gradients, 0));
    }

    [Theory]
    [InlineData("AdamW", 0.5)]
    [InlineData("AdamW", 1e9)]
    [InlineData("Adam", 0.5)]
    [InlineData("SGD", 0.5)]
    public void A_step_with_clipping_and_averages_is_the_three_of_them_to_the_bit(string kind, double bound)
    {
        using var scope = NewDisposeScope();
        Parameter[] fused = [nn.Parameter(Random(70, 30)), nn.Parameter(Random(5)), nn.Parameter(Random(3, 3)), nn.Parameter(Random(4))];
        Parameter[] plain = [.. fused.Select(p => nn.Parameter(p.detach().clone()))];
        using var one = Create(fused);
        using var three = Create(plain);
        Tensor[][] shadows = [[.. fused.Select(p => zeros_like(p))], [.. fused.Skip(1).Select(p => ones_like(p))]];
        Tensor[][] others = [.. shadows.Select(list => list.Select(s => s.clone()).ToArray())];
        for (var step = 0; step < 3; step++)
        {
            foreach (var (f, p) in fused.Zip(plain).Take(step == 1 ? 2 : 3))                       // the last one never has a gradient, the one before it once not
                f.grad = (p.grad = Random(f.shape)).clone();
            if (step == 1) fused[2].grad = plain[2].grad = null;
            Tensor[] gradients = [.. fused.Select(p => p.grad).OfType<Tensor>()], clipped = [.. plain.Select(p => p.grad).OfType<Tensor>()];
            var norm = FusedOps.ClipGradNorm(gradients, double.PositiveInfinity);
            FusedOps.Step(one, gradients, norm, bound, [new(shadows[0], fused, 0.9), new(shadows[1], fused[1..], 0.75)]);
            FusedOps.ClipGradNorm(clipped, bound);
            three.step();
            FusedOps.Ema(others[0], plain, 0.9);
            FusedOps.Ema(others[1], plain[1..], 0.75);
        }
        foreach (var (f, p) in fused.Concat(shadows[0]).Concat(shadows[1]).Zip(plain.Concat(others[0]).Concat(others[1])))
            Assert.Equal(p.data<float>().ToArray(), f.data<float>().ToArray());
        Assert.Throws<ArgumentException>(() => FusedOps.Step(one, [], null, 1, [new(shadows[0], plain[1..], 0.9)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => FusedOps.Step(one, [], null, 0, []));

        OptimizerHelper Create(Parameter[] parameters) => kind switch
        {
            "AdamW" => optim.AdamW(parameters, lr: 0.1, weight_decay: 0.01),
            "Adam" => optim.Adam(parameters, lr: 0.1),
            _ => optim.SGD(parameters, learningRate: 0.1),
        };
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_exceptions()
    {
        using var scope = NewDisposeScope();
        Assert.ThrowsAny<Exception>(() => FusedOps.Linear(ones(2, 3), ones(4, 5)));
        Assert.ThrowsAny<Exception>(() => FusedOps.Attention(ones(2, 3, 10), 2));
        Assert.ThrowsAny<Exception>(() => FusedOps.Attention(ones(2, 3, 8), 2, ones(2, 5, 8)));
        Assert.ThrowsAny<Exception>(() => FusedOps.Attention(ones(2, 3, 24), 2, mask: ones(2, 4, @bool)));
        Assert.ThrowsAny<Exception>(() => FusedOps.ModulatedNorm(ones(2, 3, 8), ones(3, 8), ones(2, 8)));
        Assert.ThrowsAny<Exception>(() => FusedOps.GatedResidual(ones(2, 3, 8), ones(2, 8), ones(2, 4, 8)));
    }

    private static Tensor Random(params long[] shape) => randn(shape);

    private static void Check(Func<Tensor[], Tensor> fused, Func<Tensor[], Tensor> plain, double tolerance, params Tensor[] inputs)
    {
        Assert.True(FusedOps.Enabled);
        using var scope = NewDisposeScope();
        var exact = inputs.Select(t => t.detach().@double().requires_grad_()).ToArray();
        var given = inputs.Select(t => t.detach().clone().requires_grad_()).ToArray();
        var (expected, actual) = (plain(exact), fused(given));
        Near(actual, expected, tolerance);
        var cotangent = randn_like(actual);
        expected.backward([cotangent.@double()]);
        actual.backward([cotangent]);
        foreach (var (e, a) in exact.Zip(given)) Near(a.grad!, e.grad!, 10 * tolerance);
    }

    /// Within the tolerance times the largest value, the rule of the golden tests.
    private static void Near(Tensor actual, Tensor expected, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        var error = (actual.@double() - expected.@double()).abs().max().item<double>();
        Assert.InRange(error, 0, tolerance * (1 + expected.abs().max().ToDouble()));
    }
}
