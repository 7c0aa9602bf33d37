namespace Dit.Core;

/// <summary>VachanVY's: three products instead of qkv; scale, shift, gate in this order.</summary>
internal sealed class VachanLayout : WeightLayout
{
    public override string Name => "VachanVY";

    public override bool Matches(WeightSet weights) => weights.Has("patch_ops.patch_proj.weight");

    public override DitConfig Infer(WeightSet weights, ICollection<string> doubts)
    {
        var patches = weights.Shape("patch_ops.patch_proj.weight");                   // [D, C, p, p]
        var (width, channels, patch) = ((int)patches[0], (int)patches[1], (int)patches[2]);
        var (faces, digits) = (DitConfig.VachanCelebA, DitConfig.VachanMnist);
        var preset = width == digits.Width ? digits : faces;
        var rows = weights.Has("label_embed.label_embed.weight") ? (int)weights.Shape("label_embed.label_embed.weight")[0] : 0;
        return preset with
        {
            ImageSize = SquareImage(doubts, weights.Shape("positional_embeddings")[1], patch),
            PatchSize = patch,
            Channels = channels,
            Width = width,
            Depth = weights.Count("blocks.{0}.att.wq.weight"),
            Heads = width == preset.Width ? preset.Heads : Heads(doubts, width),
            Classes = rows == 0 || !preset.HasNullClass ? rows : rows - 1,
            MlpRatio = weights.Shape("blocks.0.pointwise_ffn.layers.0.weight")[0] / (double)width,
            Time = preset.Time with { Width = (int)weights.Shape("time_embed.mlp.0.weight")[1] },
        };
    }

    public override KeyMap Map(DitConfig config) => new KeyMap()
        .Add("pos_embed", "positional_embeddings")
        .Add("x_embedder.proj", "patch_ops.patch_proj")
        .Add("t_embedder.mlp.0", "time_embed.mlp.0")
        .Add("t_embedder.mlp.2", "time_embed.mlp.2")
        .Add("y_embedder.embedding_table", "label_embed.label_embed")
        .Add("blocks.{0}.adaLN_modulation.1", "blocks.{0}.scale_shift_scale.1", Recipe.Reorder(1, 0, 2, 4, 3, 5))
        .Add("blocks.{0}.attn.qkv", ["blocks.{0}.att.wq", "blocks.{0}.att.wk", "blocks.{0}.att.wv"], Recipe.Fuse)
        .Add("blocks.{0}.attn.proj", "blocks.{0}.att.w")
        .Add("blocks.{0}.mlp.fc1", "blocks.{0}.pointwise_ffn.layers.0")
        .Add("blocks.{0}.mlp.fc2", "blocks.{0}.pointwise_ffn.layers.3")
        .Add("final_layer.adaLN_modulation.1", "norm_linear.shift_scale.1", Recipe.Reorder(1, 0))
        .Add("final_layer.linear", "norm_linear.linear");
}
