using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>What each option of the architecture promises.</summary>
public sealed class ArchitectureTests
{
    public static TheoryData<string> All => [.. Architectures.All.Keys];

    /// <summary>Those whose blocks add nothing at first.</summary>
    public static TheoryData<string> AdaptiveZero =>
        [.. Architectures.All.Where(a => a.Value is { Block: BlockType.AdaLNZero, Quirks.InitialWeights: not InitialWeights.Torch }).Select(a => a.Key)];

    [Theory, MemberData(nameof(All))]
    public void Forward_and_backward(string name)
    {
        using var model = Models.Random(Architectures.All[name]);
        using var scope = NewDisposeScope();
        var (x, t, y) = Architectures.Inputs(model.Config, 3);
        var output = model.call(x, t, y);
        var (height, width) = model.Config.ImageSize;
        Assert.Equal([3, model.Config.OutputChannels, height, width], output.shape);
        Assert.True(output.isfinite().all().item<bool>());
        model.forward(x, t, y, dropped: null).square().mean().backward();
        if (model.Config.HasNullClass)
            model.forward(x, t, y, dropped: tensor([true, false, true])).square().mean().backward();
        Assert.All(model.named_parameters().Where(p => p.parameter.requires_grad), p =>
        {
            Assert.True(p.parameter.grad is not null, $"{p.name} has no gradient");
            Assert.True(p.parameter.grad.isfinite().all().item<bool>(), $"{p.name} has a gradient that is no number");
            Assert.True(p.parameter.grad.abs().max().item<float>() > 0, $"{p.name} has a gradient of zero");
        });
    }

    [Theory, MemberData(nameof(All))]
    public void Native_operators_and_plain_compositions_agree(string name)
    {
        using var model = Models.Random(Architectures.All[name]);
        model.eval();                                                                      // no dropped labels
        using var scope = NewDisposeScope();
        foreach (var parameter in model.parameters().Where(p => p.requires_grad))
            using (no_grad()) parameter.add_(0.05 * randn_like(parameter));                // gains of 1 and biases of 0 would hide mistakes
        var (x, t, y) = Architectures.Inputs(model.Config, 3);
        var fused = OutputAndGradients();
        var enabled = FusedOps.Enabled;
        try
        {
            FusedOps.Enabled = false;
            var plain = OutputAndGradients();
            Assert.All(plain.Zip(fused), pair =>
            {
                var error = (pair.Second - pair.First).abs().max().item<float>() / (1e-3f + pair.First.abs().max().item<float>());
                Assert.True(error < 1e-4, $"off by {error} of the largest value");
            });
        }
        finally
        {
            FusedOps.Enabled = enabled;
        }

        Tensor[] OutputAndGradients()
        {
            model.zero_grad();
            var output = model.call(x, t, y);
            output.square().mean().backward();
            return [output.detach(), .. model.parameters().Where(p => p.grad is not null).Select(p => p.grad!.clone())];
        }
    }

    /// <summary>Under autocast, activations are bf16 and norms' weights are not.</summary>
    [Theory, MemberData(nameof(All))]
    public void Mixed_precision_is_near_float32(string name)
    {
        using var model = Models.Random(Architectures.All[name]);
        model.eval();
        using var scope = NewDisposeScope();
        var (x, t, y) = Architectures.Inputs(model.Config, 3);
        Tensor mixed, exact;
        using (no_grad())
            exact = model.call(x, t, y);
        using (Autocast.For(Precision.BFloat16, CPU))
        {
            mixed = model.call(x, t, y);
            mixed.square().mean().backward();
        }
        Assert.Equal(float32, mixed.dtype);
        var error = (mixed - exact).abs().max().item<float>() / exact.abs().max().item<float>();
        Assert.True(error < 0.1, $"off by {error} of the largest value");
        Assert.All(model.parameters().Where(p => p.grad is not null), p => Assert.True(p.grad!.isfinite().all().item<bool>()));
    }

    [Theory, MemberData(nameof(All))]
    public void Images_that_share_conditions_are_as_with_their_own(string name)
    {
        using var model = Models.Random(Architectures.All[name]);
        model.eval();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var (x, _, _) = Architectures.Inputs(model.Config, 5);
        var (_, t, y) = Architectures.Inputs(model.Config, 2);
        var rows = tensor(new long[] { 1, 0, 0, 1, 1 });
        var own = model.call(x, t.index_select(0, rows), y?.index_select(0, rows));
        var shared = model.Predict(x, t, y, rows);
        Assert.True((own - shared).abs().max().item<float>() < 1e-5 * own.abs().max().item<float>());
        if (model.Config.HasNullClass || y is null)
            Assert.Equal(own.shape, model.Predict(x, t, null, rows).shape);
    }

    [Theory, MemberData(nameof(All))]
    public void Saved_and_loaded(string name)
    {
        using var folder = new TemporaryFolder();
        using var model = Models.Random(Architectures.All[name]);
        model.eval();
        model.Save(folder["model.safetensors"]);
        using var loaded = DitModel.Load(folder["model.safetensors"]);
        Assert.Equal(model.Config, loaded.Config);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var (x, t, y) = Architectures.Inputs(model.Config, 2);
        Assert.True(model.call(x, t, y).Equals(loaded.call(x, t, y)));
    }

    [Theory, MemberData(nameof(All))]
    public void Checkpointed_activations_change_no_bit(string name)
    {
        using var model = Models.Random(Architectures.All[name]);
        using var scope = NewDisposeScope();
        var (x, t, y) = Architectures.Inputs(model.Config, 3);
        var plain = LossAndGradients();
        model.ActivationCheckpointing = true;
        var checkpointed = LossAndGradients();
        Assert.All(plain.Keys, key => Assert.True(plain[key].Equals(checkpointed[key]), key));

        Dictionary<string, Tensor> LossAndGradients()
        {
            model.zero_grad();
            var loss = model.forward(x, t, y, dropped: null).square().sum();
            loss.backward();
            var results = model.named_parameters().Where(p => p.parameter.grad is not null).ToDictionary(p => p.name, p => p.parameter.grad!.clone());
            results.Add("loss", loss.detach());
            return results;
        }
    }

    [Theory, MemberData(nameof(AdaptiveZero))]
    public void A_new_adaLN_Zero_block_is_the_identity_and_the_output_zero(string name)
    {
        using var model = new DitModel(Architectures.All[name]);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var (x, t, y) = Architectures.Inputs(model.Config, 2);
        Assert.Equal(0f, model.call(x, t, y).abs().max().item<float>());
        var tokens = randn(2, model.Config.Tokens, model.Config.Width);
        var conditioning = new Conditioning { Vector = randn(2, model.Config.Width) };
        if (model.Config is { RotaryPositions: false, ValueResidual: false })
            Assert.True(model.Child<AdaptiveBlock>("blocks.1").call(tokens, conditioning).Equals(tokens));
    }

    [Theory]
    [InlineData(BlockType.AdaLN)]
    [InlineData(BlockType.InContext)]
    [InlineData(BlockType.CrossAttention)]
    public void Other_new_models_give_zero_too(BlockType block)
    {
        using var model = new DitModel(Models.Tiny with { Block = block });
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var (x, t, y) = Architectures.Inputs(model.Config, 2);
        Assert.Equal(0f, model.call(x, t, y).abs().max().item<float>());
    }

    [Theory]
    [InlineData("official", false)]
    [InlineData("learned positions", false)]
    [InlineData("1-D positions", false)]
    [InlineData("rotary", false)]
    [InlineData("no positions", true)]
    public void Without_positions_the_order_of_patches_does_not_matter(string name, bool equivariant)
    {
        var config = name == "no positions" ? Models.Tiny with { Positions = PositionType.None, Registers = 2 } : Architectures.All[name];
        using var model = Models.Random(config);
        model.eval();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var (x, t, y) = Architectures.Inputs(config, 2);
        var swapped = Swap(x);
        Assert.Equal(equivariant, Swap(model.call(x, t, y)).allclose(model.call(swapped, t, y), 1e-4, 1e-4));

        // The upper and lower halves of patches change places.
        static Tensor Swap(Tensor images) => cat([.. images.chunk(2, dim: 2).Reverse()], dim: 2);
    }

    [Fact]
    public void A_rotation_keeps_lengths_and_depends_on_distance_alone()
    {
        const int Side = 5, Width = 8;
        using var scope = NewDisposeScope();
        var rotation = new RotaryEmbedding(Width, Side, Side);
        var (q, k) = (randn(Width), randn(Width));
        var (rotatedQ, rotatedK) = (Rotated(q), Rotated(k));                                              // [G, d]
        Assert.True(rotatedQ.norm(1).allclose(q.norm().expand(Side * Side), 1e-5, 1e-5));
        var products = rotatedQ.matmul(rotatedK.t()).view(Side, Side, Side, Side);                        // [row, column, row, column]
        Assert.Equal(products[0, 0, 1, 2].item<float>(), products[2, 1, 3, 3].item<float>(), 1e-4f);
        Assert.Equal(products[4, 3, 2, 3].item<float>(), products[3, 0, 1, 0].item<float>(), 1e-4f);
        Assert.NotEqual(products[0, 0, 1, 2].item<float>(), products[0, 0, 2, 1].item<float>(), 1e-3f);   // rows and columns differ
        Assert.True(rotatedQ[0].Equals(q));                                                               // the first position is not turned
        rotation.Dispose();

        // The vector at each position: its pairs as complex numbers, times the table's.
        Tensor Rotated(Tensor x)
        {
            var (pairs, angles) = (x.view(-1, 2).unbind(1), rotation.Table.view(Side * Side, -1, 2).unbind(2));
            return stack([pairs[0] * angles[0] - pairs[1] * angles[1], pairs[0] * angles[1] + pairs[1] * angles[0]], -1).flatten(1);
        }
    }

    [Fact]
    public void Normalised_queries_and_keys_do_not_care_for_the_scale_of_their_weights()
    {
        using var model = Models.Random(Architectures.All["query-key norm"]);
        model.eval();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var (x, t, y) = Architectures.Inputs(model.Config, 2);
        var before = model.call(x, t, y);
        foreach (var (name, parameter) in model.named_parameters().Where(p => p.name.Contains("attn.qkv", StringComparison.Ordinal)))
            parameter.narrow(0, 0, 2 * model.Config.Width).mul_(7);
        Assert.True(before.allclose(model.call(x, t, y), 1e-4, 1e-4));
    }

    [Fact]
    public void Mixed_values_at_zero_and_one()
    {
        using var model = Models.Random(Architectures.All["value residual"]);
        using var plain = Models.Random(Architectures.All["value residual"] with { ValueResidual = false });
        model.eval();
        plain.eval();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var weights = model.state_dict();
        foreach (var (name, parameter) in plain.named_parameters())
            parameter.copy_(weights[name]);
        var (x, t, y) = Architectures.Inputs(model.Config, 2);
        Assert.False(model.call(x, t, y).allclose(plain.call(x, t, y), 1e-3, 1e-3));
        foreach (var (name, tensor) in weights.Where(w => w.Key.EndsWith("value_mix", StringComparison.Ordinal)))
            tensor.zero_();
        Assert.True(model.call(x, t, y).allclose(plain.call(x, t, y), 1e-4, 1e-4));

        // At one, the values of the later blocks have no say.
        foreach (var (name, tensor) in weights.Where(w => w.Key.EndsWith("value_mix", StringComparison.Ordinal)))
            tensor.fill_(1);
        var before = model.call(x, t, y);
        weights["blocks.2.attn.qkv.weight"].narrow(0, 2 * model.Config.Width, model.Config.Width).zero_();
        weights["blocks.2.attn.qkv.bias"].narrow(0, 2 * model.Config.Width, model.Config.Width).zero_();
        Assert.True(before.Equals(model.call(x, t, y)));
    }

    [Theory]
    [InlineData("tokens, cross-attention")]
    [InlineData("tokens, in-context")]
    public void Padding_is_not_attended_to(string name)
    {
        using var model = Models.Random(Architectures.All[name]);
        model.eval();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var (x, t, y) = Architectures.Inputs(model.Config, 2);
        var padded = cat([y!, zeros(2, 5, model.Config.Classes)], dim: 1);
        Assert.True(model.call(x, t, y).allclose(model.call(x, t, padded), 1e-5, 1e-5));
        Assert.False(model.call(x, t, y).allclose(model.call(x, t, y!.flip(0)), 1e-3, 1e-3));
    }

    [Theory]
    [InlineData("attributes")]
    [InlineData("vectors")]
    [InlineData("tokens, cross-attention")]
    [InlineData("tokens, in-context")]
    public void No_condition_is_said_by_null_by_NaN_or_by_dropping(string name)
    {
        using var model = Models.Random(Architectures.All[name]);
        model.eval();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var (x, t, y) = Architectures.Inputs(model.Config, 2);
        var none = model.forward(x, t, null, null);
        Assert.True(none.allclose(model.forward(x, t, y, ones(2, ScalarType.Bool)), 1e-5, 1e-5));
        Assert.True(none.allclose(model.forward(x, t, full_like(y!, model.NoCondition), null), 1e-5, 1e-5));
        Assert.False(none.allclose(model.forward(x, t, y, null), 1e-3, 1e-3));

        var refused = Assert.Throws<ArgumentException>("y", () => model.call(x, t, zeros(2, int64)));
        Assert.Contains($"Classes = {model.Config.Classes}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Positions_of_another_grid()
    {
        using var scope = NewDisposeScope();
        var table = PositionEmbedding.SinCos2D(16, 4, 6);
        Assert.True(table.Equals(PositionEmbedding.Resample(table, (4, 6), (4, 6))));
        var linear = arange(8 * 8, float32).view(64, 1);                                                  // rises by 1 a column and by 8 a row
        var doubled = PositionEmbedding.Resample(linear, (8, 8), (16, 16)).view(16, 16);
        Assert.Equal(1f, (doubled[7, 9] - doubled[7, 7]).item<float>(), 1e-4f);
        Assert.Equal(8f, (doubled[9, 7] - doubled[7, 7]).item<float>(), 1e-4f);

        using var model = Models.Random(Models.Tiny with { Positions = PositionType.Learned });
        model.eval();
        using var same = model.Resized(8);
        using var wide = model.Resized((8, 16));
        var (x, t, y) = Architectures.Inputs(model.Config, 2);
        using var guard = no_grad();
        Assert.True(model.call(x, t, y).Equals(same.call(x, t, y)));
        Assert.Equal([2, 1, 8, 16], wide.call(randn(2, 1, 8, 16), t, y).shape);
        Assert.Throws<ArgumentException>(() => model.Resized((7, 8)));
    }

    /// <summary>Images of another size are to a model what they are to its resized copy; one size after the other, and with gradients to learned positions.</summary>
    [Theory]
    [InlineData(PositionType.SinCos2D, false, BlockType.AdaLNZero)]
    [InlineData(PositionType.SinCos1D, false, BlockType.CrossAttention)]
    [InlineData(PositionType.Learned, false, BlockType.InContext)]
    [InlineData(PositionType.None, true, BlockType.AdaLNZero)]
    [InlineData(PositionType.Learned, true, BlockType.AdaLNZero)]
    public void Images_of_several_sizes(PositionType positions, bool rotary, BlockType block)
    {
        using var scope = NewDisposeScope();
        var config = Models.Tiny with { VariableSize = true, Positions = positions, RotaryPositions = rotary, Block = block, Registers = 2, LabelDropout = 0 };
        using var model = Models.Random(config);
        var (_, t, y) = Architectures.Inputs(config, 2);
        foreach (var (height, width) in new[] { (8, 8), (4, 12), (12, 4), (16, 16), (4, 12) })
        {
            using var resized = model.Resized((height, width));
            var x = randn(2, 1, height, width);
            Assert.Equal(x.shape, model.call(x, t, y).shape);
            Assert.True(model.call(x, t, y).allclose(resized.call(x, t, y), 1e-5, 1e-5), $"{height} x {width}");
        }
        model.call(randn(2, 1, 4, 12), t, y).square().mean().backward();
        if (positions == PositionType.Learned)
            Assert.True(model.get_parameter("pos_embed")!.grad!.abs().sum().item<float>() > 0);

        Assert.Contains("no multiples of DitConfig.PatchSize = 2", Assert.Throws<ArgumentException>("x", () => model.call(randn(2, 1, 8, 7), t, y)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("x", () => model.call(randn(2, 3, 8, 8), t, y));
        using var strict = Models.Random(config with { VariableSize = false });
        Assert.Contains("VariableSize", Assert.Throws<ArgumentException>("x", () => strict.call(randn(2, 1, 4, 12), t, y)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_of_several_sizes_leave_no_tensor()
    {
        var config = Models.Tiny with { VariableSize = true, Positions = PositionType.Learned, RotaryPositions = true };
        using var guard = no_grad();
        using var times = zeros(1);
        using var labels = zeros(1, int64);
        using (var warm = Models.Random(config))
        using (var image = randn(1, 1, 4, 12))
            warm.call(image, times, labels).Dispose();
        var before = Tensor.TotalCount;
        using (var model = Models.Random(config))
        {
            foreach (var (height, width) in new[] { (4, 12), (8, 8), (4, 12), (12, 4) })
            {
                using var image = randn(1, 1, height, width);
                model.call(image, times, labels).Dispose();
            }
            var within = Tensor.TotalCount;
            using (var image = randn(1, 1, 12, 4))
                model.call(image, times, labels).Dispose();
            Assert.Equal(within, Tensor.TotalCount);
        }
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Scores_divided_by_the_root_of_the_tokens()
    {
        var config = Models.Tiny with { HeadWidth = 16 };                                                 // 16 tokens: both roots are 4
        using var model = Models.Random(config);
        using var quirky = Models.Random(config with { Quirks = new() { ScoresScaledByTokens = true } });
        model.eval();
        quirky.eval();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var (x, t, y) = Architectures.Inputs(config, 2);
        Assert.True(model.call(x, t, y).allclose(quirky.call(x, t, y), 1e-4, 1e-4));
    }
}
