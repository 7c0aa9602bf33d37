namespace Dit.Core;

/// <summary>The official DiT's and SiT's, which is also ours.</summary>
internal class OfficialLayout : WeightLayout
{
    public override string Name => "official";

    /// <value>The key of the label table.</value>
    protected virtual string LabelTable => "y_embedder.embedding_table.weight";

    public override bool Matches(WeightSet weights) => weights.Has("x_embedder.proj.weight") && weights.Has("final_layer.linear.weight");

    public override DitConfig Infer(WeightSet weights, ICollection<string> doubts)
    {
        var patches = weights.Shape("x_embedder.proj.weight");                        // [D, C, p, p]
        var (width, channels, patch) = ((int)patches[0], (int)patches[1], (int)patches[2]);
        var rows = weights.Has(LabelTable) ? (int)weights.Shape(LabelTable)[0] : 0;
        var qkv = (int)weights.Shape("blocks.0.attn.qkv.weight")[0];
        var heads = weights.Has("blocks.0.attn.q_norm.weight") ? qkv / 3 / (int)weights.Shape("blocks.0.attn.q_norm.weight")[0] : Heads(doubts, width);
        var gated = weights.Has("blocks.0.mlp.w12.weight");
        var hidden = gated ? weights.Shape("blocks.0.mlp.w12.weight")[0] * 3 / 4.0 : weights.Shape("blocks.0.mlp.fc1.weight")[0];
        return new DitConfig
        {
            ImageSize = weights.Has("pos_embed") ? SquareImage(doubts, weights.Shape("pos_embed")[1], patch) : 32, PatchSize = patch, Channels = channels,
            Width = width, Depth = weights.Count("blocks.{0}.attn.qkv.weight"), Heads = heads, HeadWidth = qkv == 3 * width ? null : qkv / 3 / heads,
            MlpRatio = hidden / width, MlpActivation = gated ? Activation.SwiGlu : Activation.GeluTanh,
            Classes = rows > 1 ? rows - 1 : rows, LabelDropout = rows > 1 ? 0.1 : 0,
            LearnedVariance = weights.Shape("final_layer.linear.weight")[0] == 2L * patch * patch * channels,
            Norm = weights.Has("blocks.0.norm1.weight") ? NormType.RmsNorm : NormType.LayerNorm,
            QueryKeyNorm = weights.Has("blocks.0.attn.q_norm.weight") ? NormType.RmsNorm : null,
            Positions = weights.Has("pos_embed") ? PositionType.SinCos2D : PositionType.None,
        };
    }

    public override KeyMap Map(DitConfig config) => new();
}
