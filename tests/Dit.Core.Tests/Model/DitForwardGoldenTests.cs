using Dit.Tests;
using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>The model against the official implementation's numbers.</summary>
[Trait("Category", "Golden")]
public sealed class DitForwardGoldenTests
{
    public static TheoryData<string> Fixtures => ["dit_forward_sigma", "dit_forward_nosigma", "dit_forward_nosigma_c4"];

    [Theory, MemberData(nameof(Fixtures))]
    public void Output(string fixture)
    {
        using var golden = Golden.Open(fixture);
        using var model = Evaluating(golden);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        golden.AssertClose("out", model.call(golden["x"], golden["t"], golden["y"]));
        golden.AssertClose("out_t_frac", model.call(golden["x"], golden["t_frac"], golden["y"]));
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Intermediate_values(string fixture)
    {
        using var golden = Golden.Open(fixture);
        using var model = Evaluating(golden);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var patches = model.Child<PatchEmbed>("x_embedder").call(golden["x"]);
        golden.AssertClose("inter.x_embed_before_pos", patches);
        var time = model.Child<TimestepEmbedder>("t_embedder").call(golden["t"]);
        golden.AssertClose("inter.t_embed", time);
        var label = model.Child<LabelEmbedder>("y_embedder").call(golden["y"], null);
        golden.AssertClose("inter.y_embed", label);

        var c = nn.functional.silu(time + label);
        var conditioning = new Conditioning { Vector = c };
        var x = patches + model.get_parameter("pos_embed")!;
        for (var i = 0; i < model.Config.Depth; i++)
        {
            var block = model.Child<AdaptiveBlock>($"blocks.{i}");
            var m = block.Child<Modulation>("adaLN_modulation").call(c, null);
            golden.AssertClose($"inter.block{i}.attn", block.Child<SelfAttention>("attn").call(FusedOps.ModulatedNorm(x, m[0], m[1], 1e-6), conditioning));
            x = block.call(x, conditioning);
            golden.AssertClose($"inter.block{i}", x);
        }
        golden.AssertClose("inter.final_layer", model.Child<FinalLayer>("final_layer").call(x, c, null));
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Gradients(string fixture)
    {
        using var golden = Golden.Open(fixture);
        using var model = Evaluating(golden);
        using var scope = NewDisposeScope();
        foreach (var parameter in model.parameters())
            parameter.requires_grad = true;
        var x = golden["x"].clone().requires_grad_();
        (model.call(x, golden["t"], golden["y"]) * golden["g"]).sum().backward();

        golden.AssertGradientClose("grad_x", x.grad!);
        var names = new List<string>();
        foreach (var (name, parameter) in model.named_parameters())
        {
            golden.AssertGradientClose($"grad.{name}", parameter.grad!);
            names.Add(name);
        }
        Assert.Equal(golden.Under("grad.").Keys.Order(), names.Order());
    }

    /// <summary>Guidance is composed here; the official one guides three channels and ignores the second half of its input.</summary>
    [Theory, MemberData(nameof(Fixtures))]
    public void Guided_output(string fixture)
    {
        using var golden = Golden.Open(fixture);
        using var model = Evaluating(golden);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var half = golden["cfg.x"].chunk(2)[0];
        var output = model.call(cat([half, half]), golden["cfg.t"], golden["cfg.y"]);
        var scale = golden.Config.GetProperty("cfg_scale").GetDouble();
        golden.AssertClose("cfg.out", Guide(output, scale, 3));
        golden.AssertClose("cfg.out_scale1", Guide(output, 1, 3));
        golden.AssertClose("cfg.out_all_channels", Guide(output, scale, model.Config.Channels));
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Dropped_labels(string fixture)
    {
        using var golden = Golden.Open(fixture);
        if (!golden.Has("label.out"))
        {
            Assert.Equal(0, golden.Config.GetProperty("class_dropout_prob").GetDouble());
            return;
        }
        using var model = Evaluating(golden);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var dropped = golden["label.force_drop_ids"].eq(1);
        golden.AssertClose("label.out", model.Child<LabelEmbedder>("y_embedder").call(golden["label.y"], dropped));
    }

    /// <summary>The same without native operators of our own.</summary>
    [Theory, MemberData(nameof(Fixtures))]
    public void Plain_compositions(string fixture)
    {
        var enabled = FusedOps.Enabled;
        FusedOps.Enabled = false;
        try
        {
            Output(fixture);
            Gradients(fixture);
        }
        finally
        {
            FusedOps.Enabled = enabled;
        }
    }

    private static DitModel Evaluating(Golden golden)
    {
        var model = Models.Load(golden, golden.Config, "weights.");
        model.eval();
        return model;
    }

    internal static Tensor Guide(Tensor output, double scale, long channels)
    {
        var guided = output.narrow(1, 0, channels).chunk(2);
        var rest = output.narrow(1, channels, output.shape[1] - channels);
        var half = guided[1] + scale * (guided[0] - guided[1]);
        return cat([cat([half, half]), rest], dim: 1);
    }
}
