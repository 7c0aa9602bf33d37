namespace Dit.Core;

/// <summary>Just-a-DiT's: the official one with registers and norms of one gain.</summary>
/// <remarks>
/// It takes shift and scale in the other order: everywhere in its earlier checkpoints; in the later ones, which normalise queries and keys,
/// in the final layer only.
/// </remarks>
internal sealed class JustADitLayout : OfficialLayout
{
    public override string Name => "Just-a-DiT";

    protected override string LabelTable => "y_embedder.embedding.weight";

    public override bool Matches(WeightSet weights) => weights.Has("blocks.0.norm1.g");

    public override DitConfig Infer(WeightSet weights, ICollection<string> doubts)
    {
        return base.Infer(weights, doubts) with
        {
            Norm = NormType.ScaleNorm,
            QueryKeyNorm = weights.Has("blocks.0.attn.q_norm.g") ? NormType.ScaleNorm : null,
            Registers = weights.Has("register_tokens") ? (int)weights.Shape("register_tokens")[0] : 0,
            Quirks = new() { InitialWeights = InitialWeights.JustADit },
        };
    }

    public override KeyMap Map(DitConfig config)
    {
        var map = new KeyMap()
            .Add("y_embedder.embedding_table", "y_embedder.embedding")
            .Add("register_tokens", "register_tokens", parts => parts[0].unsqueeze(0))
            .Add("final_layer.adaLN_modulation.1", "final_layer.adaLN_modulation.1", Recipe.Reorder(1, 0));
        if (config.QueryKeyNorm is null)
            map.Add("blocks.{0}.adaLN_modulation.1", "blocks.{0}.adaLN_modulation.1", Recipe.Reorder(1, 0, 2, 4, 3, 5));
        return map;
    }
}
