namespace Dit.Core;

/// <summary>The panda's: six products for shifts, scales and gates, three for queries, keys and values.</summary>
internal sealed class PandaLayout : WeightLayout
{
    public override string Name => "panda";

    public override bool Matches(WeightSet weights) => weights.Has("position_emb") && weights.Has("model_list.0.q_emb.weight");

    public override DitConfig Infer(WeightSet weights, ICollection<string> doubts)
    {
        var conv = weights.Shape("conv.weight");                                      // [C p p, C, p, p]
        var (channels, patch, width) = ((int)conv[1], (int)conv[2], (int)weights.Shape("patch_emb.weight")[0]);
        var positions = weights.Shape("position_emb");                                // [1, T, D]
        return DitConfig.Panda with
        {
            ImageSize = SquareImage(doubts, positions[^2], patch),
            PatchSize = patch,
            Channels = channels,
            Width = width,
            Depth = weights.Count("model_list.{0}.q_emb.weight"),
            Heads = (int)weights.Shape("model_list.0.q_emb.weight")[0] / width,
            HeadWidth = width,
            Classes = (int)weights.Shape("label_emb.weight")[0],
            MlpRatio = weights.Shape("model_list.0.feed_forward.0.weight")[0] / (double)width,
            Time = DitConfig.Panda.Time with { Width = (int)weights.Shape("time_emb.0.mlp.0.weight")[1] },
        };
    }

    public override KeyMap Map(DitConfig config) => new KeyMap()
        .Add("pos_embed", "position_emb", parts => parts[0].view(1, config.Tokens, config.Width))
        .Add("x_embedder.proj", "conv")
        .Add("x_embedder.linear", "patch_emb")
        .Add("t_embedder.mlp.0", "time_emb.0.mlp.0")
        .Add("t_embedder.mlp.2", "time_emb.0.mlp.2")
        .Add("t_embedder.mlp.3", "time_emb.1")
        .Add("t_embedder.mlp.5", "time_emb.3")
        .Add("y_embedder.embedding_table", "label_emb")
        .Add("blocks.{0}.norm1", "model_list.{0}.ln_1")
        .Add("blocks.{0}.norm2", "model_list.{0}.ln_2")
        .Add("blocks.{0}.adaLN_modulation.1",
        [
            "model_list.{0}.beita_emb_1", "model_list.{0}.gama_emb_1", "model_list.{0}.alfa_emb_1",
            "model_list.{0}.beita_emb_2", "model_list.{0}.gama_emb_2", "model_list.{0}.alfa_emb_2",
        ], Recipe.Fuse)
        .Add("blocks.{0}.attn.qkv", ["model_list.{0}.q_emb", "model_list.{0}.k_emb", "model_list.{0}.v_emb"], Recipe.Fuse)
        .Add("blocks.{0}.attn.proj", "model_list.{0}.linear_back")
        .Add("blocks.{0}.mlp.fc1", "model_list.{0}.feed_forward.0")
        .Add("blocks.{0}.mlp.fc2", "model_list.{0}.feed_forward.2")
        .Add("final_layer.norm_final", "ln")
        .Add("final_layer.linear", "linear");
}
