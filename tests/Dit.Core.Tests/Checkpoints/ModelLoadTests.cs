using System.Globalization;
using Dit.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>Checkpoints of other systems: found out, converted, and equal in what they compute.</summary>
public sealed class ModelLoadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly IDisposable _guard = no_grad();

    public ModelLoadTests() => manual_seed(1);

    public void Dispose()
    {
        _guard.Dispose();
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("module.")]
    [InlineData("_orig_mod.")]
    [InlineData("_orig_mod.module.")]
    [InlineData("ema.")]
    [InlineData("ema.module.")]
    [InlineData("model._orig_mod.")]
    public void Official_weights_with_any_prefix(string prefix)
    {
        using var model = Models.Random(Official);
        var path = Write(model.state_dict().Select(t => (prefix + t.Key, t.Value)));
        using var loaded = DitModel.Load(path);
        AssertSame(model, loaded, Official);
        Assert.Contains("official", loaded.Origin, StringComparison.Ordinal);
    }

    [Fact]
    public void Averaged_weights_are_preferred_and_it_is_said()
    {
        using var average = Models.Random(Official, 1);
        using var model = Models.Random(Official, 2);
        var path = Write([.. model.state_dict().Select(t => ("model." + t.Key, t.Value)), .. average.state_dict().Select(t => ("ema." + t.Key, t.Value))]);
        using var loaded = DitModel.Load(path);
        AssertSame(average, loaded, Official);
        Assert.Contains("'ema'", loaded.Origin, StringComparison.Ordinal);
    }

    [Fact]
    public void The_golden_official_checkpoint()
    {
        var path = Path.Combine(Golden.Folder, "checkpoints", "good", "official_dit.pt");
        var doubt = Assert.Throws<CheckpointException>(() => DitModel.Load(path));
        Assert.Contains("Heads: 16 is the width of no known model", doubt.Message, StringComparison.Ordinal);
        using var model = DitModel.Load(path, config => config with { Heads = 2 });
        using var expected = TensorFile.Open(Path.ChangeExtension(path, ".expected.safetensors"));
        Assert.Equal((4, 2, 4, 16, 1, 3), (model.Config.ImageSize.Height, model.Config.PatchSize, model.Config.Channels, model.Config.Width, model.Config.Depth, model.Config.Classes));
        Assert.True(model.Config.LearnedVariance);
        Assert.All(model.state_dict(), t => Assert.True(t.Value.Equals(expected.Read("ema." + t.Key)), t.Key));
    }

    [Fact]
    public void Diffusers_there_and_back()
    {
        using var model = Models.Random(Official);
        using (var table = PositionEmbedding.SinCos2D(Official.Width, 4, 4))
            model.get_parameter("pos_embed")!.copy_(table.unsqueeze(0));                       // it is not among diffusers' tensors
        ModelExport.ToDiffusers(model, _folder["diffusers"]);
        using var loaded = DitModel.Load(_folder["diffusers"]);
        AssertSame(model, loaded, Official);

        using var file = TensorFile.Open(_folder["diffusers"]);
        Assert.Equal([384L, 384L], file.Entries["transformer_blocks.1.attn1.to_v.weight"].Shape);
        Assert.True(file.Read("transformer_blocks.0.attn1.to_k.bias").Equals(model.get_parameter("blocks.0.attn.qkv.bias")![384..768]));
        Assert.True(file.Read("transformer_blocks.1.norm1.emb.class_embedder.embedding_table.weight").Equals(model.get_parameter("y_embedder.embedding_table.weight")!));
        Assert.Contains("pos_embed.proj.weight", file.Entries.Keys);
    }

    [Fact]
    public void Official_export_has_no_more_and_no_less()
    {
        using var model = Models.Random(Official);
        ModelExport.ToOfficial(model, _folder["official.safetensors"]);
        using var loaded = DitModel.Load(_folder["official.safetensors"]);
        AssertSame(model, loaded, Official);
        using var other = Models.Random(Models.Tiny with { Registers = 2 });
        Assert.Contains("registers", Assert.Throws<NotSupportedException>(() => ModelExport.ToOfficial(other, _folder["x"])).Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => ModelExport.ToDiffusers(other, _folder["x"]));
    }

    [Fact]
    public void VachanVY()
    {
        var config = DitConfig.VachanMnist with { ImageSize = 8, Depth = 2 };
        using var model = Models.Random(config);
        var ours = model.state_dict();
        var theirs = new Dictionary<string, Tensor>
        {
            ["positional_embeddings"] = ours["pos_embed"],
        };
        Both("patch_ops.patch_proj", "x_embedder.proj");
        Both("time_embed.mlp.0", "t_embedder.mlp.0");
        Both("time_embed.mlp.2", "t_embedder.mlp.2");
        theirs["label_embed.label_embed.weight"] = ours["y_embedder.embedding_table.weight"];
        for (var i = 0; i < config.Depth; i++)
        {
            foreach (var suffix in new[] { "weight", "bias" })
            {
                var qkv = ours[$"blocks.{i}.attn.qkv.{suffix}"].chunk(3);
                (theirs[$"blocks.{i}.att.wq.{suffix}"], theirs[$"blocks.{i}.att.wk.{suffix}"], theirs[$"blocks.{i}.att.wv.{suffix}"]) = (qkv[0], qkv[1], qkv[2]);
                var m = ours[$"blocks.{i}.adaLN_modulation.1.{suffix}"].chunk(6);              // shift, scale, gate, twice
                theirs[$"blocks.{i}.scale_shift_scale.1.{suffix}"] = cat([m[1], m[0], m[2], m[4], m[3], m[5]]);
            }
            Both($"blocks.{i}.att.w", $"blocks.{i}.attn.proj");
            Both($"blocks.{i}.pointwise_ffn.layers.0", $"blocks.{i}.mlp.fc1");
            Both($"blocks.{i}.pointwise_ffn.layers.3", $"blocks.{i}.mlp.fc2");
        }
        foreach (var suffix in new[] { "weight", "bias" })
        {
            var m = ours[$"final_layer.adaLN_modulation.1.{suffix}"].chunk(2);                 // shift, scale
            theirs[$"norm_linear.shift_scale.1.{suffix}"] = cat([m[1], m[0]]);
        }
        Both("norm_linear.linear", "final_layer.linear");
        using var loaded = DitModel.Load(Write(theirs.Select(t => ("ema_state." + t.Key, t.Value))));
        AssertSame(model, loaded, config);
        var (x, t, y) = (randn(2, 1, 8, 8), tensor(new[] { 3L, 390L }), tensor(new[] { 1L, 7L }));
        AssertClose(new LegacyModels(theirs).Vachan(x, t, y, heads: 6, depth: 2, patch: 2), loaded.call(x, t, y));

        void Both(string name, string own) =>
            (theirs[$"{name}.weight"], theirs[$"{name}.bias"]) = (ours[$"{own}.weight"], ours[$"{own}.bias"]);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Just_a_DiT(bool later, bool flattenedAverage)
    {
        var config = DitConfig.JustADit with { ImageSize = 8, Depth = 2, QueryKeyNorm = later ? NormType.ScaleNorm : null };
        using var model = Models.Random(config);
        var theirs = new List<(string Name, Tensor Value)>();
        foreach (var (name, tensor) in model.state_dict())
        {
            if (name == "register_tokens")
                theirs.Add((name, tensor.squeeze(0)));
            else if (name.StartsWith("final_layer.adaLN", StringComparison.Ordinal))
                theirs.Add((name, cat([.. tensor.chunk(2).Reverse()])));
            else if (name.Contains("adaLN", StringComparison.Ordinal) && !later)
                theirs.Add((name, cat([.. new[] { 1, 0, 2, 4, 3, 5 }.Select(i => tensor.chunk(6)[i])])));
            else
                theirs.Add((name.Replace("embedding_table", "embedding", StringComparison.Ordinal), tensor));
        }
        var file = flattenedAverage
            ? [
                .. theirs.Select(t => ("model." + t.Name, t.Name == "pos_embed" ? t.Value : t.Value + 1)),
                .. theirs.Where(t => t.Name != "pos_embed").Select(t => ("ema." + t.Name.Replace(".", "", StringComparison.Ordinal), t.Value)),
                ("ema.decay", tensor(0.9999)), ("ema.num_updates", tensor(7)),
            ]
            : theirs.Select(t => ("model." + t.Name, t.Value));
        using var loaded = DitModel.Load(Write(file));
        AssertSame(model, loaded, config);
        var (x, t, y) = (randn(2, 3, 8, 8), tensor(new[] { 0.25f, 0.75f }), tensor(new[] { 1L, 10L }));
        AssertClose(new LegacyModels(theirs.ToDictionary(w => w.Name, w => w.Value)).JustADit(x, t, y, later, heads: 6, depth: 2, patch: 2), loaded.call(x, t, y));
    }

    [Fact]
    public void Panda()
    {
        var config = DitConfig.Panda with { ImageSize = 16, Width = 16, HeadWidth = 16, Heads = 2, Depth = 2 };
        using var model = Models.Random(config);
        var theirs = Legacy(model, "conv", "patch_emb", "position_emb", ["time_emb.0.mlp.0", "time_emb.0.mlp.2", "time_emb.1", "time_emb.3"], "model_list.{0}.",
            ["beita_emb_1", "gama_emb_1", "alfa_emb_1", "beita_emb_2", "gama_emb_2", "alfa_emb_2"], ["q_emb", "k_emb", "v_emb"], "linear_back", "feed_forward", "ln_");
        using var loaded = DitModel.Load(Write(theirs.Select(t => (t.Key, t.Value))));
        AssertSame(model, loaded, config);
        var (x, t, y) = (randn(2, 3, 16, 16), tensor(new[] { 3L, 990L }), zeros(2, int64));
        AssertClose(new LegacyModels(theirs).Panda(x, t, y, depth: 2, patch: 4), loaded.call(x, t, y));
    }

    [Fact]
    public void Owenliang()
    {
        var config = DitConfig.OwenMnist with { ImageSize = 16, Channels = 2, Width = 16, HeadWidth = 16, Heads = 2, Depth = 2, Time = DitConfig.OwenMnist.Time with { Width = 16 } };
        using var model = Models.Random(config);
        var theirs = Legacy(model, "conv", "patch_emb", "patch_pos_emb", ["time_emb.1", "time_emb.3"], "dits.{0}.",
            ["beta1", "gamma1", "alpha1", "beta2", "gamma2", "alpha2"], ["wq", "wk", "wv"], "lv", "ff", "ln");
        theirs["time_emb.0.half_emb"] = zeros(8);
        foreach (var suffix in new[] { "weight", "bias" })
            theirs[$"linear.{suffix}"] = theirs[$"linear.{suffix}"].unflatten(0, 4 * 4, 2).transpose(0, 1).flatten(0, 1);      // channel slowest
        using var loaded = DitModel.Load(Write(theirs.Select(t => (t.Key, t.Value))));
        AssertSame(model, loaded, config);
        var (x, t, y) = (randn(2, 2, 16, 16), tensor(new[] { 3L, 990L }), tensor(new[] { 1L, 7L }));
        AssertClose(new LegacyModels(theirs).Owen(x, t, y, depth: 2, patch: 4), loaded.call(x, t, y));
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        using var model = Models.Random(Official);
        var weights = model.state_dict();
        var broken = weights.Where(t => !t.Key.Contains(".mlp.fc2.", StringComparison.Ordinal)).Select(t => (t.Key, t.Key == "final_layer.linear.bias" ? zeros(3) : t.Value))
            .Concat(Enumerable.Range(0, 12).Select(i => ($"extra.{i}", zeros(1))));
        var error = Assert.Throws<CheckpointException>(() => DitModel.Load(Write(broken)));
        Assert.All(
            new[] { "4 missing (blocks.0.mlp.fc2.weight", "12 unexpected (extra.0, ", "extra.9, ...)", "1 misshapen (final_layer.linear.bias: file [3], model [8])" },
            part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("extra.10", error.Message, StringComparison.Ordinal);

        Assert.Contains("no Diffusion Transformer", Assert.Throws<CheckpointException>(() => DitModel.Load(Write([("a", zeros(1))]))).Message, StringComparison.Ordinal);
        var wide = Write(weights.Select(t => (t.Key, t.Key == "pos_embed" ? zeros(1, 6, Official.Width) : t.Value)));
        Assert.Contains("6 patches", Assert.Throws<CheckpointException>(() => DitModel.Load(wide)).Message, StringComparison.Ordinal);
        using var oblong = DitModel.Load(wide, config => config with { ImageSize = (4, 6) });
        Assert.Equal((2, 3), (oblong.Config.GridHeight, oblong.Config.GridWidth));
    }

    [Fact]
    public void Half_precision_weights_are_widened()
    {
        using var model = Models.Random(Official);
        using var loaded = DitModel.Load(Write(model.state_dict().Select(t => (t.Key, t.Value.to(bfloat16)))));
        Assert.All(loaded.state_dict(), t =>
        {
            Assert.Equal(float32, t.Value.dtype);
            Assert.True(t.Value.Equals(model.state_dict()[t.Key].to(bfloat16).to(float32)), t.Key);
        });
    }

    private static DitConfig Official { get; } = DitConfig.S(2) with { ImageSize = 8, Channels = 2, Depth = 2, Classes = 4 };

    /// <summary>A model in the layout that the panda and owenliang share but for its names.</summary>
    private static Dictionary<string, Tensor> Legacy(
        DitModel model, string conv, string patch, string positions, string[] time, string block, string[] modulation, string[] qkv, string proj, string mlp, string norm)
    {
        var ours = model.state_dict();
        var theirs = new Dictionary<string, Tensor> { [positions] = ours["pos_embed"], ["label_emb.weight"] = ours["y_embedder.embedding_table.weight"] };
        foreach (var suffix in new[] { "weight", "bias" })
        {
            theirs[$"{conv}.{suffix}"] = ours[$"x_embedder.proj.{suffix}"];
            theirs[$"{patch}.{suffix}"] = ours[$"x_embedder.linear.{suffix}"];
            foreach (var (name, i) in time.Zip([0, 2, 3, 5]))
                theirs[$"{name}.{suffix}"] = ours[$"t_embedder.mlp.{i}.{suffix}"];
            for (var i = 0; i < model.Config.Depth; i++)
            {
                var b = string.Format(CultureInfo.InvariantCulture, block, i);
                foreach (var (name, part) in modulation.Zip(ours[$"blocks.{i}.adaLN_modulation.1.{suffix}"].chunk(6)))
                    theirs[$"{b}{name}.{suffix}"] = part;
                foreach (var (name, part) in qkv.Zip(ours[$"blocks.{i}.attn.qkv.{suffix}"].chunk(3)))
                    theirs[$"{b}{name}.{suffix}"] = part;
                theirs[$"{b}{proj}.{suffix}"] = ours[$"blocks.{i}.attn.proj.{suffix}"];
                theirs[$"{b}{mlp}.0.{suffix}"] = ours[$"blocks.{i}.mlp.fc1.{suffix}"];
                theirs[$"{b}{mlp}.2.{suffix}"] = ours[$"blocks.{i}.mlp.fc2.{suffix}"];
                theirs[$"{b}{norm}1.{suffix}"] = ours[$"blocks.{i}.norm1.{suffix}"];
                theirs[$"{b}{norm}2.{suffix}"] = ours[$"blocks.{i}.norm2.{suffix}"];
            }
            theirs[$"ln.{suffix}"] = ours[$"final_layer.norm_final.{suffix}"];
            theirs[$"linear.{suffix}"] = ours[$"final_layer.linear.{suffix}"];
        }
        return theirs;
    }

    private string Write(IEnumerable<(string Name, Tensor Value)> tensors)
    {
        var path = _folder[$"{Guid.NewGuid():N}.safetensors"];
        SafeTensors.Save(path, tensors.Select(t => KeyValuePair.Create(t.Name, t.Value)));
        return path;
    }

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        var (error, largest) = ((expected - actual).abs().max().item<float>(), expected.abs().max().item<float>());
        Assert.True(error <= 1e-4 * largest, $"the outputs differ by up to {error}, they are up to {largest}");
    }

    private static void AssertSame(DitModel expected, DitModel loaded, DitConfig config)
    {
        Assert.Equal(config, loaded.Config);
        Assert.False(loaded.training);
        var weights = loaded.state_dict();
        Assert.All(expected.state_dict(), t => Assert.True(t.Value.Equals(weights[t.Key]), t.Key));
    }
}
