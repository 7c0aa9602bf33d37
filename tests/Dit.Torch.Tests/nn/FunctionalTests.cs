using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Torch.Tests.NN;

public sealed class FunctionalTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Attention_is_a_softmax_of_products(bool causal)
    {
        using var scope = NewDisposeScope();
        manual_seed(0);
        var (q, k, v) = (randn(2, 3, 5, 8), randn(2, 3, 5, 8), randn(2, 3, 5, 8));
        var scores = q.matmul(k.transpose(-2, -1)) / Math.Sqrt(8);
        if (causal) scores = scores + full(5, 5, double.NegativeInfinity).triu(1);
        var expected = scores.softmax(-1).matmul(v);
        AssertClose(expected, functional.scaled_dot_product_attention(q, k, v, is_casual: causal));
        if (causal) AssertClose(expected, functional.scaled_dot_product_attention(q, k, v, attn_mask: ones(5, 5).tril().to(ScalarType.Bool)));
        Assert.Throws<ArgumentException>(() => functional.scaled_dot_product_attention(q, k, v, attn_mask: ones(5, 5), is_casual: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => functional.scaled_dot_product_attention(q, k, v, p: 2));
    }

    [Fact]
    public void Losses_are_what_their_formulas_say()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (x, y) = (randn(6, 4, dtype: ScalarType.Float64), randn(6, 4, dtype: ScalarType.Float64));
        var d = (x - y).abs();
        AssertClose(d.pow(2).mean(), MSELoss().call(x, y));
        AssertClose(d.sum(), L1Loss(Reduction.Sum).call(x, y));
        AssertClose(where(d < 0.5, d.pow(2), d - 0.25), SmoothL1Loss(Reduction.None, beta: 0.5).call(x, y));
        AssertClose(where(d < 0.5, 0.5 * d.pow(2), 0.5 * (d - 0.25)).mean(), HuberLoss(delta: 0.5).call(x, y));

        var target = tensor(new long[] { 0, 1, 2, 3, 1, -100 });
        var logP = x.log_softmax(1);
        var picked = -logP.index_select(0, arange(5)).gather(1, target.narrow(0, 0, 5).unsqueeze(1));
        AssertClose(picked.mean(), CrossEntropyLoss().call(x, target));
        AssertClose(picked.mean(), NLLLoss().call(logP, target));
        var smoothed = 0.9 * picked.mean() - 0.1 * logP.narrow(0, 0, 5).mean();
        AssertClose(smoothed, functional.cross_entropy(x, target, label_smoothing: 0.1));

        var p = x.sigmoid();
        var t = (y > 0).to(ScalarType.Float64);
        var bce = -(t * p.log() + (1 - t) * (1 - p).log()).mean();
        AssertClose(bce, BCELoss().call(p, t));
        AssertClose(bce, BCEWithLogitsLoss().call(x, t));
        AssertClose((y.softmax(1) * (y.log_softmax(1) - logP)).mean(), KLDivLoss().call(logP, y.log_softmax(1)));
    }

    [Fact]
    public void Resizing_takes_a_size_or_a_factor()
    {
        using var scope = NewDisposeScope();
        var x = arange(4, dtype: ScalarType.Float32).reshape(1, 1, 2, 2);
        Assert.Equal([1, 1, 4, 4], functional.interpolate(x, scale_factor: [2]).shape);
        Assert.True(functional.interpolate(x, scale_factor: [2.0, 2.0])[0, 0, 3].Same(tensor(new float[] { 2, 2, 3, 3 })));
        Assert.Equal(1.5f, functional.interpolate(x, size: [1, 1], mode: InterpolationMode.Area).item<float>());
        var line = functional.interpolate(x, size: [3, 3], mode: InterpolationMode.Bilinear, align_corners: true);
        Assert.True(line[0, 0, 1].Same(tensor(new float[] { 1, 1.5f, 2 })));
        Assert.Equal([1, 1, 3, 5], functional.interpolate(x, size: [3, 5], mode: InterpolationMode.Bicubic, antialias: true).shape);
        Assert.Throws<ArgumentException>(() => functional.interpolate(x));
        Assert.Throws<ArgumentException>(() => functional.interpolate(x, size: [2, 2, 2]));
        Assert.Throws<ArgumentException>(() => functional.interpolate(x, size: [2, 2], mode: InterpolationMode.Linear));
        Assert.Throws<ArgumentException>(() => functional.interpolate(x, size: [2, 2], align_corners: true));
    }

    [Fact]
    public void Small_functions()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 3, 4 }).reshape(1, 2);
        AssertClose(x / 5, functional.normalize(x));
        Assert.True(functional.one_hot(tensor(new long[] { 1, 0 }), 3).Same(tensor(new long[] { 0, 1, 0, 1, 0, 0 }).reshape(2, 3)));
        Assert.Equal(1, functional.cosine_similarity(x, x * 2).item<float>(), 1e-6);
        Assert.True(functional.pad(x, (1, 0), value: 7).Same(tensor(new float[] { 7, 3, 4 }).reshape(1, 3)));
        Assert.Equal([1, 1, 4, 6], functional.pad(ones(1, 1, 2, 2), (1, 3, 2, 0)).shape);
        AssertClose(x, functional.layer_norm(x, [2]) * 0.5 * Math.Sqrt(1 + 4e-5) + 3.5);
        Assert.Throws<ArgumentNullException>(() => functional.relu(null!));
    }

    [Fact]
    public void Linear_and_gelu_have_the_gradients_of_their_formulas()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        var (x, w, b) = (randn(7, 5, requires_grad: true), randn(3, 5, requires_grad: true), randn(3, requires_grad: true));
        var y = functional.gelu(functional.linear(x, w, b), TorchSharp.Modules.GELU.Approximate.tanh);
        y.pow(2).sum().backward();
        var (x2, w2, b2) = (x.detach().requires_grad_(), w.detach().requires_grad_(), b.detach().requires_grad_());
        var z = x2.matmul(w2.t()) + b2;                                                                     // [7, 3]
        var expected = 0.5 * z * (1 + (Math.Sqrt(2 / Math.PI) * (z + 0.044715 * z.pow(3))).tanh());
        expected.pow(2).sum().backward();
        AssertClose(expected, y);
        AssertClose(x2.grad!, x.grad!);
        AssertClose(w2.grad!, w.grad!);
        AssertClose(b2.grad!, b.grad!);
    }

    [Fact]
    public void Gradients_are_clipped_together_or_each()
    {
        using var scope = NewDisposeScope();
        var a = Parameter(zeros(2));
        var b = Parameter(zeros(1));
        var c = Parameter(zeros(1));   // without a gradient
        a.grad = tensor(new float[] { 3, 0 });
        b.grad = tensor(new float[] { -4 });
        TorchSharp.Modules.Parameter[] all = [a, b, c];
        Assert.Equal(5, nn.utils.clip_grad_norm_(all, 10), 1e-6);
        Assert.Equal(3, a.grad![0].item<float>());
        Assert.Equal(4, nn.utils.clip_grad_norm_(all, 100, double.PositiveInfinity), 1e-6);
        Assert.Equal(5, nn.utils.clip_grad_norm_(all, 1), 1e-6);
        Assert.Equal(0.6f, a.grad![0].item<float>(), 1e-5f);
        Assert.Equal(-0.8f, b.grad!.item<float>(), 1e-5f);
        nn.utils.clip_grad_value_(all, 0.7);
        Assert.Equal(-0.7f, b.grad!.item<float>(), 1e-6f);
        Assert.Equal(0, nn.utils.clip_grad_norm_([c], 1));

        var vector = nn.utils.parameters_to_vector(all);
        Assert.Equal([4], vector.shape);
        nn.utils.vector_to_parameters(arange(4, dtype: ScalarType.Float32), all);
        Assert.Equal(3, c.item<float>());
        Assert.Throws<ArgumentException>(() => nn.utils.vector_to_parameters(ones(3), all));
    }

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        var tolerance = expected.dtype == ScalarType.Float64 ? 1e-9 : 1e-4;
        Assert.True((expected - actual).abs().max().ToDouble() <= tolerance, $"{expected}\n{actual}");
    }
}
