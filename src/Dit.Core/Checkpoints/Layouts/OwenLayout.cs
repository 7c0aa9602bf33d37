using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>owenliang's MNIST DiT: like the panda's, and the channel varies slowest in a patch of the output.</summary>
internal sealed class OwenLayout : WeightLayout
{
    public override string Name => "owenliang";

    public override bool Matches(WeightSet weights) => weights.Has("patch_pos_emb") && weights.Has("dits.0.wq.weight");

    public override DitConfig Infer(WeightSet weights, ICollection<string> doubts)
    {
        var conv = weights.Shape("conv.weight");                                      // [C p p, C, p, p]
        var (channels, patch, width) = ((int)conv[1], (int)conv[2], (int)weights.Shape("patch_emb.weight")[0]);
        return DitConfig.OwenMnist with
        {
            ImageSize = SquareImage(doubts, weights.Shape("patch_pos_emb")[^2], patch),
            PatchSize = patch,
            Channels = channels,
            Width = width,
            Depth = weights.Count("dits.{0}.wq.weight"),
            Heads = (int)weights.Shape("dits.0.wq.weight")[0] / width,
            HeadWidth = width,
            Classes = (int)weights.Shape("label_emb.weight")[0],
            MlpRatio = weights.Shape("dits.0.ff.0.weight")[0] / (double)width,
            Time = DitConfig.OwenMnist.Time with { Width = (int)weights.Shape("time_emb.1.weight")[1] },
        };
    }

    public override KeyMap Map(DitConfig config) => new KeyMap()
        .Add("pos_embed", "patch_pos_emb", parts => parts[0].view(1, config.Tokens, config.Width))
        .Add("x_embedder.proj", "conv")
        .Add("x_embedder.linear", "patch_emb")
        .Add("t_embedder.mlp.0", "time_emb.1")
        .Add("t_embedder.mlp.2", "time_emb.3")
        .Add("y_embedder.embedding_table", "label_emb")
        .Add("blocks.{0}.norm1", "dits.{0}.ln1")
        .Add("blocks.{0}.norm2", "dits.{0}.ln2")
        .Add("blocks.{0}.adaLN_modulation.1",
            ["dits.{0}.beta1", "dits.{0}.gamma1", "dits.{0}.alpha1", "dits.{0}.beta2", "dits.{0}.gamma2", "dits.{0}.alpha2"], Recipe.Fuse)
        .Add("blocks.{0}.attn.qkv", ["dits.{0}.wq", "dits.{0}.wk", "dits.{0}.wv"], Recipe.Fuse)
        .Add("blocks.{0}.attn.proj", "dits.{0}.lv")
        .Add("blocks.{0}.mlp.fc1", "dits.{0}.ff.0")
        .Add("blocks.{0}.mlp.fc2", "dits.{0}.ff.2")
        .Add("final_layer.norm_final", "ln")
        .Add("final_layer.linear", "linear", parts => ChannelFastest(parts[0], config));

    public override bool IsSuperfluous(string name) => name == "time_emb.0.half_emb";

    /// <summary>Rows in the order (channel, row, column) to (row, column, channel).</summary>
    private static Tensor ChannelFastest(Tensor rows, DitConfig config)
    {
        var p = config.PatchSize;
        return rows.unflatten(0, config.Channels, p * p).transpose(0, 1).flatten(0, 1);
    }
}
