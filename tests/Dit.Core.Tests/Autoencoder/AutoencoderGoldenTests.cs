using Dit.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>The autoencoder against diffusers' numbers.</summary>
[Trait("Category", "Golden")]
public sealed class AutoencoderGoldenTests
{
    public static TheoryData<string> Fixtures => ["vae", "vae_small", "vae_noquant"];

    [Theory, MemberData(nameof(Fixtures))]
    public void Posterior(string fixture)
    {
        using var golden = Golden.Open(fixture);
        using var model = Autoencoders.Load(golden);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var posterior = model.EncodeMoments(golden["x"]);
        golden.AssertClose("moments", posterior.Moments);
        golden.AssertClose("mean", posterior.Mean);
        golden.AssertClose("mean", posterior.Mode());
        golden.AssertClose("logvar", posterior.LogVariance);
        golden.AssertClose("std", posterior.Deviation);
        golden.AssertClose("var", posterior.Variance);
        golden.AssertClose("sample", posterior.Sample(golden["eps"]));
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Divergences_and_likelihood(string fixture)
    {
        using var golden = Golden.Open(fixture);
        using var scope = NewDisposeScope();
        using var posterior = new DiagonalGaussian(golden["moments"]);
        using var other = new DiagonalGaussian(cat([golden["z"], golden["eps"].clamp(-2, 2)], dim: 1));
        golden.AssertClose("kl", posterior.KullbackLeibler());
        golden.AssertClose("kl_to_other", posterior.KullbackLeibler(other));
        golden.AssertClose("nll", posterior.NegativeLogLikelihood(golden["z"]));
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Images(string fixture)
    {
        using var golden = Golden.Open(fixture);
        using var model = Autoencoders.Load(golden);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        golden.AssertClose("decoded", model.DecodeRaw(golden["z"]));
        golden.AssertClose("reconstructed", model.call(golden["x"]));
    }

    /// <summary>The codec's latents are the fixture's, shifted and scaled; images come back from them.</summary>
    [Theory, MemberData(nameof(Fixtures))]
    public void Scaled_latents(string fixture)
    {
        using var golden = Golden.Open(fixture);
        using var model = Autoencoders.Load(golden);
        using var scope = NewDisposeScope();
        var scale = golden.Json.GetProperty("scaling_factor").GetDouble();
        var shift = golden.Json.GetProperty("config_defaults").GetProperty("shift_factor") is { ValueKind: not System.Text.Json.JsonValueKind.Null } value
            ? value.GetDouble()
            : 0;
        model.SamplesPosterior = false;
        golden.AssertClose("mean", model.Encode(golden["x"]) / scale + shift);
        golden.AssertClose("decoded", model.Decode((golden["z"] - shift) * scale));
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Intermediate_values(string fixture)
    {
        using var golden = Golden.Open(fixture);
        using var model = Autoencoders.Load(golden);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var seen = new HashSet<string>();
        var names = golden.Under("inter.").Keys;
        foreach (var name in names)
        {
            model.Child<nn.Module<Tensor, Tensor>>(name).register_forward_hook((_, _, output) =>
            {
                golden.AssertClose($"inter.{name}", output);
                seen.Add(name);
                return output;
            });
        }
        model.call(golden["x"]);
        Assert.Equal(names.Order(), seen.Order());
    }

    [Theory]
    [InlineData("vae")]
    [InlineData("vae_small")]
    public void Gradients(string fixture)
    {
        using var golden = Golden.Open(fixture);
        using var model = Autoencoders.Load(golden);
        using var scope = NewDisposeScope();
        var x = golden["x"].clone().requires_grad_();
        var z = golden["z"].clone().requires_grad_();
        using var posterior = model.EncodeMoments(x);
        ((model.DecodeRaw(z) * golden["g"]).sum() + (posterior.Moments * golden["g_moments"]).sum()).backward();

        golden.AssertGradientClose("grad_x", x.grad!);
        golden.AssertGradientClose("grad_z", z.grad!);
        var gradients = golden.Under("grad.").Keys;
        Assert.NotEmpty(gradients);
        foreach (var name in gradients)
            golden.AssertGradientClose($"grad.{name}", model.get_parameter(name)!.grad!);
    }

    /// <summary>Files with the attention's old names, as matrices or as 1 x 1 convolutions, are read as the same autoencoder.</summary>
    [Theory]
    [InlineData("vae", false)]
    [InlineData("vae", true)]
    [InlineData("vae_noquant", false)]
    [InlineData("vae_noquant", true)]
    public void Old_attention_names(string fixture, bool convolutions)
    {
        using var golden = Golden.Open(fixture);
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var names = golden.Json.GetProperty("legacy_attention_names");
        var old = new Dictionary<string, Tensor>();
        foreach (var (name, tensor) in golden.Under("weights."))
        {
            var attention = name.Contains(".attentions.", StringComparison.Ordinal);
            var key = new[] { "to_q", "to_k", "to_v", "to_out.0" }.Aggregate(name,
                (k, part) => attention ? k.Replace($".{part}.", $".{names.GetProperty(part).GetString()}.", StringComparison.Ordinal) : k);
            old.Add(key, convolutions && attention && tensor.dim() == 2 ? tensor.unsqueeze(-1).unsqueeze(-1) : tensor);
        }
        SafeTensors.Save(folder["diffusion_pytorch_model.safetensors"], old);
        File.WriteAllText(folder["config.json"], golden.Config.GetRawText());

        using var model = AutoencoderKL.Load(folder.Path).to(Golden.Device);
        Assert.Equal(Autoencoders.Config(golden), model.Config);
        using var posterior = model.EncodeMoments(golden["x"]);
        golden.AssertClose("moments", posterior.Moments);
        golden.AssertClose("decoded", model.DecodeRaw(golden["z"]));
    }
}
