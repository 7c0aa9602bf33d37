using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Torch.Tests.NN;

public sealed class LayerTests
{
    [Fact]
    public void Linear_is_a_product_and_a_sum()
    {
        using var scope = NewDisposeScope();
        using var layer = Linear(3, 2);
        var x = randn(4, 5, 3);
        AssertClose(x.matmul(layer.weight.t()) + layer.bias!, layer.call(x));
        using var plain = Linear(3, 2, hasBias: false);
        Assert.Null(plain.bias);
        AssertClose(x.matmul(plain.weight.t()), plain.call(x));
        Assert.Throws<ArgumentNullException>(() => layer.call(null!));
    }

    [Fact]
    public void A_convolution_is_a_product_with_patches()
    {
        using var scope = NewDisposeScope();
        using var conv = Conv2d(2, 3, (3, 2), stride: (2, 1), padding: (1, 0), dilation: (1, 2));
        var x = randn(2, 2, 7, 8);                                                                          // [2, 2, 7, 8]
        var patches = functional.unfold(x, (3, 2), dilation: (1, 2), padding: (1, 0), stride: (2, 1));      // [2, 12, L]
        var expected = conv.weight.reshape(3, -1).matmul(patches) + conv.bias!.reshape(1, 3, 1);
        Assert.Equal([2, 3, 4, 6], conv.call(x).shape);
        AssertClose(expected.reshape(2, 3, 4, 6), conv.call(x));
    }

    [Theory]
    [InlineData(PaddingModes.Zeros)]
    [InlineData(PaddingModes.Reflect)]
    [InlineData(PaddingModes.Replicate)]
    [InlineData(PaddingModes.Circular)]
    public void Padding_to_the_same_size_keeps_it(PaddingModes mode)
    {
        using var scope = NewDisposeScope();
        using var conv = Conv2d(1, 1, 4, Padding.Same, padding_mode: mode);
        var x = randn(1, 1, 6, 6);
        Assert.Equal([1, 1, 6, 6], conv.call(x).shape);
        if (mode == PaddingModes.Zeros) AssertClose(functional.conv2d(functional.pad(x, (1, 2, 1, 2)), conv.weight, conv.bias), conv.call(x));
    }

    [Fact]
    public void A_transposed_convolution_is_the_transpose()
    {
        using var scope = NewDisposeScope();
        using var up = ConvTranspose2d(3, 2, 3, stride: 2, padding: 1, bias: false);
        var x = randn(1, 2, 9, 8);
        var y = randn(1, 3, 5, 4);
        var down = functional.conv2d(x, up.weight, strides: [2], padding: [1]);   // [1, 3, 5, 4]
        var back = up.forward(y, [9, 8]);                                         // [1, 2, 9, 8]
        Assert.Equal((down * y).sum().item<float>(), (x * back).sum().item<float>(), 1e-3);
        Assert.Equal([1, 2, 9, 7], up.call(y).shape);
        Assert.Throws<ArgumentOutOfRangeException>(() => up.forward(y, [11, 8]));
    }

    [Fact]
    public void Norms_standardise()
    {
        using var scope = NewDisposeScope();
        var x = randn(4, 6, 5, 5) * 3 + 2;
        var layer = LayerNorm([6, 5, 5]).call(x).reshape(4, -1);
        Assert.True(layer.mean([1]).abs().max().item<float>() < 1e-5);
        Assert.Equal(1, layer.var(1, unbiased: false).mean().item<float>(), 1e-3);
        var group = GroupNorm(3, 6).call(x).reshape(4, 3, -1);
        Assert.True(group.mean([2]).abs().max().item<float>() < 1e-5);
        Assert.Throws<ArgumentException>(() => GroupNorm(4, 6));
    }

    [Fact]
    public void Batch_norm_keeps_running_statistics_for_evaluation()
    {
        using var scope = NewDisposeScope();
        using var norm = BatchNorm2d(3, momentum: 0.5);
        var x = randn(8, 3, 4, 4) * 2 + 5;
        var y = norm.call(x);
        Assert.True(y.mean([0, 2, 3]).abs().max().item<float>() < 1e-5);
        AssertClose(x.mean([0, 2, 3]) * 0.5, norm.running_mean!);
        Assert.Equal(1, norm.num_batches_tracked!.item<long>());
        norm.eval();
        var expected = (x - norm.running_mean!.reshape(1, 3, 1, 1)) / (norm.running_var!.reshape(1, 3, 1, 1) + 1e-5).sqrt();
        AssertClose(expected, norm.call(x));
        Assert.Throws<ArgumentException>(() => norm.call(randn(2, 3)));
        norm.reset_running_stats();
        Assert.Equal(0, norm.running_mean!.abs().sum().item<float>());
    }

    [Fact]
    public void Dropout_acts_in_training_alone()
    {
        using var scope = NewDisposeScope();
        manual_seed(0);
        using var dropout = Dropout(0.25);
        var y = dropout.call(ones(100_000));
        Assert.Equal(0.75, (y > 0).to(ScalarType.Float32).mean().item<float>(), 0.01);
        Assert.Equal(1 / 0.75, y.max().item<float>(), 1e-5);
        dropout.eval();
        Assert.True(dropout.call(ones(10)).Same(ones(10)));
        var planes = Dropout2d().call(ones(10, 10, 4, 4)).reshape(100, 16);
        Assert.True(planes.amin(1).Same(planes.amax(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Dropout(1.5));
    }

    [Fact]
    public void Embedding_looks_rows_up()
    {
        using var scope = NewDisposeScope();
        using var table = Embedding(5, 3, padding_idx: 0);
        var y = table.call(tensor(new long[] { 2, 0, 2 }));
        Assert.True(y[0].Same(table.weight![2]) && y[1].Same(zeros(3)));
        y.sum().backward();
        Assert.True(table.weight!.grad!.sum(1).Same(tensor(new float[] { 0, 0, 6, 0, 0 })));
        using var given = Embedding_from_pretrained(eye(4));
        Assert.False(given.weight!.requires_grad);
    }

    [Fact]
    public void Pooling_flattening_and_shuffling()
    {
        using var scope = NewDisposeScope();
        var x = arange(16, dtype: ScalarType.Float32).reshape(1, 1, 4, 4);
        Assert.True(MaxPool2d(2).call(x).flatten().Same(tensor(new float[] { 5, 7, 13, 15 })));
        Assert.True(AvgPool2d(2).call(x).flatten().Same(tensor(new float[] { 2.5f, 4.5f, 10.5f, 12.5f })));
        Assert.Equal(7.5f, AdaptiveAvgPool2d(1).call(x).item<float>());
        Assert.True(MaxPool2d(2).forward_with_indices(x).Indices.flatten().Same(tensor(new long[] { 5, 7, 13, 15 })));
        Assert.Equal([1, 16], Flatten().call(x).shape);
        Assert.Equal([1, 1, 2, 8], Unflatten(2, [2, 8]).call(x.reshape(1, 1, 16)).shape);
        Assert.True(PixelShuffle(2).call(PixelUnshuffle(2).call(x)).Same(x));
        AssertClose(x, Fold(4, 2, stride: 2).call(Unfold(2, stride: 2).call(x)));
    }

    [Fact]
    public void Activations_are_what_their_formulas_say()
    {
        using var scope = NewDisposeScope();
        var x = linspace(-4, 4, 101, dtype: ScalarType.Float64);
        AssertClose(x * x.sigmoid(), SiLU().call(x));
        AssertClose(x * 0.5 * (1 + (x / Math.Sqrt(2)).erf()), GELU().call(x));
        AssertClose(x * 0.5 * (1 + (Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x.pow(3))).tanh()), GELU(TorchSharp.Modules.GELU.Approximate.tanh).call(x));
        AssertClose(x.clamp_min(0), ReLU().call(x));
        AssertClose(x.clamp(0, 6), ReLU6().call(x));
        AssertClose(x.clamp_min(0) + 0.01 * x.clamp_max(0), LeakyReLU().call(x));
        AssertClose(x.clamp_min(0) + x.clamp_max(0).expm1(), ELU().call(x));
        AssertClose(1.0507009873554805 * (x.clamp_min(0) + 1.6732632423543772 * x.clamp_max(0).expm1()), SELU().call(x));
        AssertClose((1 + x.exp()).log(), Softplus().call(x));
        AssertClose(x * (1 + x.exp()).log().tanh(), Mish().call(x));
        AssertClose(x * (x + 3).clamp(0, 6) / 6, Hardswish().call(x));
        AssertClose(x.tanh(), Tanh().call(x));
        AssertClose(x.exp() / x.exp().sum(), Softmax(0).call(x));
        AssertClose(x - x.exp().sum().log(), LogSoftmax(0).call(x));
        var y = x.clone();
        ReLU(inplace: true).call(y);
        AssertClose(x.clamp_min(0), y);
    }

    [Fact]
    public void Containers_keep_order_and_keys()
    {
        using var scope = NewDisposeScope();
        var list = ModuleList(Linear(1, 1), Linear(1, 1));
        list.Insert(0, Linear(2, 2));
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias"], list.named_parameters().Select(p => p.name));
        Assert.Equal(4, list[0].get_parameter("weight")!.numel());
        list.RemoveAt(0);
        Assert.Equal(2, list.named_children().Count());

        var dictionary = ModuleDict<Module>(("b", ReLU()), ("a", Linear(1, 1)));
        Assert.Equal(["b", "a"], dictionary.named_children().Select(c => c.name));
        Assert.True(dictionary.Remove("b"));
        Assert.Equal(["a"], dictionary.Keys);
        Assert.Throws<InvalidOperationException>(() => dictionary.Add("a", ReLU()));

        var parameters = ParameterList(Parameter(ones(1)), Parameter(ones(2)));
        Assert.Equal(["0", "1"], parameters.named_parameters().Select(p => p.name));
        var named = ParameterDict(("x", Parameter(ones(1))));
        Assert.Equal(["x"], named.named_parameters().Select(p => p.name));

        var chain = Sequential(("up", Linear(1, 2)), ("act", ReLU()), ("down", Linear(2, 1)));
        Assert.Equal(["up", "act"], chain[..2].named_children().Select(c => c.name));
        Assert.Equal(3, chain.Count);
        Assert.Same(chain[0], chain[(null, 1)][0]);
    }

    [Fact]
    public void A_chain_frees_what_only_it_saw()
    {
        using var scope = NewDisposeScope();
        using var chain = Sequential(Linear(2, 2), ReLU(), Linear(2, 2));
        var x = ones(1, 2);
        var before = scope.DisposablesCount;
        using var y = chain.call(x);
        Assert.Equal(before + 1, scope.DisposablesCount);
        Assert.False(x.IsInvalid);
        Assert.Equal(1, Sequential().call(ones(1)).item<float>());
    }

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        var tolerance = expected.dtype == ScalarType.Float64 ? 1e-9 : 1e-4;
        Assert.True((expected - actual).abs().max().ToDouble() <= tolerance, $"{expected}\n{actual}");
    }
}
