using System.Text.Json;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>diffusers' DiTTransformer2DModel: each block has embedders of its own (all the same), qkv is three products.</summary>
/// <remarks>Its time encoding includes the longest period, which the official weights were not trained with; they are loaded as they were trained.</remarks>
internal sealed class DiffusersLayout : WeightLayout
{
    public override string Name => "diffusers";

    public override bool Matches(WeightSet weights) => weights.Has("transformer_blocks.0.norm1.emb.timestep_embedder.linear_1.weight");

    public override DitConfig Infer(WeightSet weights, ICollection<string> doubts)
    {
        var patches = weights.Shape("pos_embed.proj.weight");                         // [D, C, p, p]
        var (width, channels, patch) = ((int)patches[0], (int)patches[1], (int)patches[2]);
        var file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(weights.Path))!, "config.json");
        var (heads, size) = File.Exists(file) ? (Number(file, "num_attention_heads"), Number(file, "sample_size")) : (Heads(doubts, width), 32);
        const string Block = "transformer_blocks.0.";
        var rows = (int)weights.Shape(Block + "norm1.emb.class_embedder.embedding_table.weight")[0];
        return new DitConfig
        {
            ImageSize = size, PatchSize = patch, Channels = channels, Width = width, Depth = weights.Count("transformer_blocks.{0}.attn1.to_q.weight"),
            Heads = heads, MlpRatio = weights.Shape(Block + "ff.net.0.proj.weight")[0] / (double)width, Classes = rows - 1,
            LearnedVariance = weights.Shape("proj_out_2.weight")[0] == 2L * patch * patch * channels,
        };
    }

    public override KeyMap Map(DitConfig config) => new KeyMap()
        .Add("x_embedder.proj", "pos_embed.proj")
        .Add("pos_embed", "pos_embed.pos_embed")
        .Add("t_embedder.mlp.0", "transformer_blocks.0.norm1.emb.timestep_embedder.linear_1")
        .Add("t_embedder.mlp.2", "transformer_blocks.0.norm1.emb.timestep_embedder.linear_2")
        .Add("y_embedder.embedding_table", "transformer_blocks.0.norm1.emb.class_embedder.embedding_table")
        .Add("blocks.{0}.adaLN_modulation.1", "transformer_blocks.{0}.norm1.linear")
        .Add("blocks.{0}.attn.qkv", ["transformer_blocks.{0}.attn1.to_q", "transformer_blocks.{0}.attn1.to_k", "transformer_blocks.{0}.attn1.to_v"], Recipe.Fuse)
        .Add("blocks.{0}.attn.proj", "transformer_blocks.{0}.attn1.to_out.0")
        .Add("blocks.{0}.mlp.fc1", "transformer_blocks.{0}.ff.net.0.proj")
        .Add("blocks.{0}.mlp.fc2", "transformer_blocks.{0}.ff.net.2")
        .Add("final_layer.adaLN_modulation.1", "proj_out_1")
        .Add("final_layer.linear", "proj_out_2");

    /// <summary>The embedders of all blocks but the first.</summary>
    public override bool IsSuperfluous(string name) => name.Contains(".norm1.emb.", StringComparison.Ordinal);

    public override bool IsComputed(string name) => name == "pos_embed";

    /// <summary>A model's tensors under diffusers' names.</summary>
    /// <remarks>The tensors of split products are views.</remarks>
    public static IEnumerable<KeyValuePair<string, Tensor>> Export(DitModel model)
    {
        var map = new DiffusersLayout().Map(model.Config);
        foreach (var (name, tensor) in model.state_dict())
        {
            var theirs = map.Find(name).Sources;
            if (name == "pos_embed")
                continue;
            if (name.StartsWith("t_embedder.", StringComparison.Ordinal) || name.StartsWith("y_embedder.", StringComparison.Ordinal))
                theirs = [.. Enumerable.Range(0, model.Config.Depth).Select(i => theirs[0].Replace("blocks.0.", $"blocks.{i}.", StringComparison.Ordinal))];
            var parts = name.Contains(".attn.qkv.", StringComparison.Ordinal) ? tensor.chunk(3, dim: 0) : Enumerable.Repeat(tensor, theirs.Length);
            foreach (var (key, part) in theirs.Zip(parts))
                yield return new(key, part);
        }
    }

    /// <summary>The configuration as diffusers writes it.</summary>
    public static string ConfigJson(DitConfig config)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new() { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("_class_name", "DiTTransformer2DModel");
            writer.WriteString("activation_fn", "gelu-approximate");
            writer.WriteNumber("attention_head_dim", config.Width / config.Heads);
            writer.WriteBoolean("attention_bias", true);
            writer.WriteNumber("in_channels", config.Channels);
            writer.WriteNumber("norm_eps", config.Quirks.NormEpsilon);
            writer.WriteBoolean("norm_elementwise_affine", false);
            writer.WriteString("norm_type", "ada_norm_zero");
            writer.WriteNumber("num_attention_heads", config.Heads);
            writer.WriteNumber("num_embeds_ada_norm", config.Classes);
            writer.WriteNumber("num_layers", config.Depth);
            writer.WriteNumber("out_channels", config.OutputChannels);
            writer.WriteNumber("patch_size", config.PatchSize);
            writer.WriteNumber("sample_size", config.ImageSize.Height);
            writer.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static int Number(string file, string property)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            return json.RootElement.GetProperty(property).GetInt32();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new CheckpointException($"'{file}' is no configuration of diffusers: {property} cannot be read: {e.Message}", e);
        }
    }
}
