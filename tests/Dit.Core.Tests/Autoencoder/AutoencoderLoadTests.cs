using System.Globalization;
using static Dit.Core.Tests.Autoencoders;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class AutoencoderLoadTests
{
    /// <summary>32 groups, so that shapes alone say everything.</summary>
    private static readonly AutoencoderConfig Plain = new() { BlockWidths = [32, 32, 64], LayersPerBlock = 2, InChannels = 1, OutChannels = 2 };

    public static TheoryData<bool, bool, bool> Shapes => new()
    {
        { true, true, true }, { false, true, true }, { true, false, true }, { true, true, false },
    };

    [Fact]
    public void Saved_and_loaded_autoencoders_are_the_same()
    {
        using var folder = new TemporaryFolder();
        using var model = Random(Tiny with { ShiftFactor = 0.5, LatentChannels = 6 });
        model.Save(folder["vae.safetensors"]);
        using var loaded = AutoencoderKL.Load(folder["vae.safetensors"]);
        Assert.Equal(model.Config, loaded.Config);
        Assert.False(loaded.training);
        AssertSameWeights(model, loaded);
    }

    [Theory, MemberData(nameof(Shapes))]
    public void The_shapes_say_the_architecture(bool quant, bool postQuant, bool attention)
    {
        using var folder = new TemporaryFolder();
        using var model = Random(Plain with { UseQuantConv = quant, UsePostQuantConv = postQuant, MidBlockAttention = attention });
        SafeTensors.Save(folder["vae.safetensors"], model.state_dict());
        using var loaded = AutoencoderKL.Load(folder["vae.safetensors"]);
        Assert.Equal(model.Config, loaded.Config);
        AssertSameWeights(model, loaded);
    }

    [Fact]
    public void The_configuration_lies_beside_diffusers_file_and_nowhere_else()
    {
        using var folder = new TemporaryFolder();
        using var model = Random(Plain);
        SafeTensors.Save(folder["diffusion_pytorch_model.safetensors"], model.state_dict());
        SafeTensors.Save(folder["other.safetensors"], model.state_dict());
        File.WriteAllText(folder["config.json"], (Plain with { ScalingFactor = 0.13025 }).ToDiffusers());
        Assert.Equal(0.13025, ScaleOf(folder.Path));
        Assert.Equal(0.13025, ScaleOf(folder["diffusion_pytorch_model.safetensors"]));
        Assert.Equal(0.18215, ScaleOf(folder["other.safetensors"]));
        Assert.Equal(2, ScaleOf(folder.Path, Plain with { ScalingFactor = 2 }));

        static double ScaleOf(string path, AutoencoderConfig? config = null)
        {
            using var loaded = AutoencoderKL.Load(path, config);
            return loaded.Config.ScalingFactor;
        }
    }

    /// <summary>The original names, written out here a second time, with and without the rest of a Stable Diffusion checkpoint.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("first_stage_model.")]
    public void The_original_layout(string prefix)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var model = Random(Plain);
        var last = Plain.BlockWidths.Count - 1;
        var original = model.state_dict().ToDictionary(t => prefix + OriginalName(t.Key, last), t =>
            t.Key.Contains("attentions", StringComparison.Ordinal) && t.Value.dim() == 2 ? t.Value.unsqueeze(-1).unsqueeze(-1) : t.Value);
        Assert.Contains($"{prefix}decoder.up.2.upsample.conv.weight", original.Keys);
        Assert.DoesNotContain($"{prefix}decoder.up.0.upsample.conv.weight", original.Keys);
        Assert.Contains($"{prefix}encoder.mid.attn_1.proj_out.weight", original.Keys);
        original[prefix + "loss.logvar"] = zeros(1);
        original["model.diffusion_model.out.0.weight"] = zeros(3);
        SafeTensors.Save(folder["sd.safetensors"], original);

        using var loaded = AutoencoderKL.Load(folder["sd.safetensors"]);
        Assert.Equal(model.Config, loaded.Config);
        AssertSameWeights(model, loaded);
    }

    [Fact]
    public void Half_precision_files_are_read()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = Random(Plain);
        SafeTensors.Save(folder["half.safetensors"], model.state_dict().ToDictionary(t => t.Key, t => t.Value.to(float16)));
        using var loaded = AutoencoderKL.Load(folder["half.safetensors"]);
        Assert.All(loaded.state_dict(), t =>
        {
            Assert.Equal(float32, t.Value.dtype);
            Assert.True(t.Value.allclose(model.state_dict()[t.Key], 1e-3, 1e-3));
        });
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = Random(Tiny);
        var state = model.state_dict();
        state.Remove("quant_conv.bias");
        state["decoder.conv_in.bias"] = zeros(17);
        for (var i = 0; i < 12; i++)
            state[$"extra.{i}"] = zeros(1);
        SafeTensors.Save(folder["vae.safetensors"], state);
        var message = Refused(folder["vae.safetensors"], Tiny,
            "1 missing (quant_conv.bias)", "12 unexpected (extra.0, ", "extra.9, ...)", "1 misshapen (decoder.conv_in.bias: file [17], model [16])");
        Assert.DoesNotContain("extra.10", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_says_too_little_is_refused_with_a_cure()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var wide = Random(Plain with { LatentChannels = 16 });
        SafeTensors.Save(folder["wide.safetensors"], wide.state_dict());
        Refused(folder["wide.safetensors"], null, "16 latent channels", "AutoencoderKL.Load", "config.json");
        AutoencoderKL.Load(folder["wide.safetensors"], wide.Config).Dispose();

        using var narrow = Random(Tiny);
        SafeTensors.Save(folder["narrow.safetensors"], narrow.state_dict());
        Refused(folder["narrow.safetensors"], null, "BlockWidths has 8", "NormGroups 32", "AutoencoderKL.Load");

        SafeTensors.Save(folder["other.safetensors"], new Dictionary<string, Tensor> { ["weight"] = zeros(2) });
        Refused(folder["other.safetensors"], null, "no autoencoder", "decoder.conv_in.weight");

        SafeTensors.Save(folder["diffusion_pytorch_model.safetensors"], narrow.state_dict());
        File.WriteAllText(folder["config.json"], "{ \"act_fn\": \"relu\" }");
        Refused(folder.Path, null, "config.json", "relu");

        var twice = narrow.state_dict();
        twice["encoder.mid_block.attentions.0.query.bias"] = zeros(16);
        SafeTensors.Save(folder["twice.safetensors"], twice);
        Refused(folder["twice.safetensors"], Tiny, "two names", "query.bias", "to_q.bias");

        using var empty = new TemporaryFolder();
        Assert.ThrowsAny<IOException>(() => AutoencoderKL.Load(empty.Path));
        Assert.Throws<ArgumentNullException>("path", () => AutoencoderKL.Load(null!));
    }

    private static string Refused(string path, AutoencoderConfig? config, params string[] parts)
    {
        var before = Tensor.TotalCount;
        var message = Assert.Throws<CheckpointException>(() => AutoencoderKL.Load(path, config)).Message;
        Assert.Equal(before, Tensor.TotalCount);
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        return message;
    }

    private static string OriginalName(string name, int last)
    {
        var parts = name.Split('.');
        var tail = parts[^1];
        var renamed = parts switch
        {
            ["encoder", "down_blocks", var i, "resnets", var j, var layer, _] => $"encoder.down.{i}.block.{j}.{Layer(layer)}",
            ["encoder", "down_blocks", var i, "downsamplers", "0", "conv", _] => $"encoder.down.{i}.downsample.conv",
            ["decoder", "up_blocks", var i, "resnets", var j, var layer, _] => $"decoder.up.{Reverse(i)}.block.{j}.{Layer(layer)}",
            ["decoder", "up_blocks", var i, "upsamplers", "0", "conv", _] => $"decoder.up.{Reverse(i)}.upsample.conv",
            [var side, "mid_block", "resnets", var j, var layer, _] => $"{side}.mid.block_{(j == "0" ? 1 : 2)}.{layer}",
            [var side, "mid_block", "attentions", "0", "group_norm", _] => $"{side}.mid.attn_1.norm",
            [var side, "mid_block", "attentions", "0", "to_out", "0", _] => $"{side}.mid.attn_1.proj_out",
            [var side, "mid_block", "attentions", "0", var projection, _] => $"{side}.mid.attn_1.{projection[3..]}",
            [var side, "conv_norm_out", _] => $"{side}.norm_out",
            _ => string.Join('.', parts[..^1]),
        };
        return $"{renamed}.{tail}";

        static string Layer(string layer) => layer == "conv_shortcut" ? "nin_shortcut" : layer;
        string Reverse(string i) => (last - int.Parse(i, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture);
    }
}
