using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Torch.Tests.NN;

public sealed class InitTests
{
    [Fact]
    public void Linear_and_convolution_start_uniform_within_the_root_of_the_fan()
    {
        using var scope = NewDisposeScope();
        manual_seed(0);
        using var linear = Linear(64, 256);
        AssertUniform(linear.weight, 1 / Math.Sqrt(64));
        AssertUniform(linear.bias!, 1 / Math.Sqrt(64));
        using var conv = Conv2d(8, 64, 3, groups: 2);
        AssertUniform(conv.weight, 1 / Math.Sqrt(4 * 9));
        AssertUniform(conv.bias!, 1 / Math.Sqrt(4 * 9));
        using var transposed = ConvTranspose2d(64, 8, 3);
        AssertUniform(transposed.weight, 1 / Math.Sqrt(8 * 9));
    }

    [Fact]
    public void Scaled_distributions_have_their_variances()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var w = empty(300, 200);
        AssertUniform(init.xavier_uniform_(w), Math.Sqrt(6.0 / 500));
        AssertNormal(init.xavier_normal_(w, gain: 2), 2 * Math.Sqrt(2.0 / 500));
        AssertUniform(init.kaiming_uniform_(w), Math.Sqrt(2) * Math.Sqrt(3.0 / 200));
        AssertNormal(init.kaiming_normal_(w, mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU), Math.Sqrt(2.0 / 300));
        AssertNormal(init.normal_(w, std: 0.02), 0.02);
        Assert.Equal((18, 45), init.CalculateFanInAndFanOut(empty(5, 2, 3, 3)));
        Assert.Throws<ArgumentException>(() => init.xavier_uniform_(empty(3)));
    }

    [Fact]
    public void The_truncated_normal_stays_within_its_ends()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        var w = init.trunc_normal_(empty(100_000), mean: 1, std: 2, a: -1, b: 3);   // one standard deviation to either side
        Assert.InRange(w.min().item<float>(), -1, -0.9f);
        Assert.InRange(w.max().item<float>(), 2.9f, 3);
        Assert.InRange(w.mean().item<float>(), 0.97f, 1.03f);
        Assert.InRange(w.std().item<float>(), 2 * 0.53f, 2 * 0.55f);                // sqrt(1 - 2 phi(1) / (2 Phi(1) - 1)) = 0.5396
        AssertNormal(init.trunc_normal_(empty(300, 300), std: 0.02), 0.02);
        Assert.Throws<ArgumentOutOfRangeException>(() => init.trunc_normal_(w, std: 0));
    }

    [Fact]
    public void Other_layers_start_as_they_should()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var embedding = Embedding(1000, 64, padding_idx: -1);
        Assert.InRange(embedding.weight!.std().item<float>(), 0.98f, 1.02f);
        Assert.Equal(0, embedding.weight![999].abs().sum().item<float>());
        using var norm = LayerNorm(8);
        Assert.True(norm.weight.Same(ones(8)) && norm.bias!.Same(zeros(8)));
        Assert.True(init.eye_(empty(3, 3)).Same(eye(3)));
        Assert.Equal(6, init.ones_(empty(2, 3)).sum().item<float>());
        Assert.Equal(3, init.constant_(empty(2, 3), 0.5).sum().item<float>());
        Assert.Empty(LayerNorm(8, elementwise_affine: false).parameters());
        Assert.Single(LayerNorm(8, bias: false).parameters());
    }

    [Fact]
    public void Parameters_stay_leaves_and_one_seed_gives_one_start()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        var a = Linear(5, 5);
        manual_seed(7);
        var b = Linear(5, 5);
        Assert.True(a.weight.Same(b.weight));
        init.zeros_(a.weight);
        Assert.True(a.weight.is_leaf && a.weight.requires_grad);
        using var generator = new Generator(5);
        var x = init.normal_(empty(4), generator: generator);
        generator.manual_seed(5);
        Assert.True(x.Same(init.normal_(empty(4), generator: generator)));
    }

    [Fact]
    public void One_seed_gives_the_start_that_PyTorch_gives()
    {
        using var scope = NewDisposeScope();
        manual_seed(0);
        float[][] expected =
        [
            [-0.00432251766f, 0.309715837f, -0.475185335f, -0.424894601f], [-0.0114391446f, 0.457774937f],
            [-0.0313757583f, 0.0935546681f, -0.106848456f, -0.069496356f], [-0.229166105f, -0.162752241f, -0.247006699f],
            [-0.0253511872f, 1.07390022f, 2.26284575f, -0.917529285f],
        ];
        var (linear, conv, embedding) = (Linear(3, 2), Conv2d(2, 3, 2), Embedding(4, 2));
        Tensor[] actual = [linear.weight, linear.bias!, conv.weight, conv.bias!, embedding.weight!];
        foreach (var (values, parameter) in expected.Zip(actual))
        {
            var first = parameter.detach().flatten().narrow(0, 0, values.Length);
            Assert.True((first - tensor(values)).abs().max().item<float>() < 1e-6);
        }
    }

    private static void AssertUniform(Tensor w, double bound)
    {
        Assert.InRange(w.abs().max().item<float>(), 0.9 * bound, bound);
        Assert.InRange(w.mean().item<float>(), -0.2 * bound, 0.2 * bound);
        if (w.numel() > 1000) Assert.InRange(w.std().item<float>(), 0.95 * bound / Math.Sqrt(3), 1.05 * bound / Math.Sqrt(3));
    }

    private static void AssertNormal(Tensor w, double std)
    {
        Assert.InRange(w.mean().item<float>(), -0.03 * std, 0.03 * std);
        Assert.InRange(w.std().item<float>(), 0.98 * std, 1.02 * std);
    }
}
