using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Embeds a vector per image: Linear, SiLU, Linear.</summary>
public sealed class VectorEmbedder : ConditionEmbedder
{
    private readonly Sequential mlp;
    private readonly Parameter? none;

    /// <summary>Creates the embedder.</summary>
    /// <param name="config">The model's configuration; <see cref="DitConfig.Classes"/> is the width of the vectors.</param>
    public VectorEmbedder(DitConfig config) : base(nameof(VectorEmbedder), config)
    {
        ArgumentNullException.ThrowIfNull(config);
        mlp = Sequential(Linear(config.Classes, config.Width), SiLU(), Linear(config.Width, config.Width));
        none = config.HasNullClass ? Parameter(zeros(config.Width)) : null;                           // [D]
        RegisterComponents();
    }

    /// <param name="vectors">[B, V]; a row with NaN has none.</param>
    /// <param name="dropped">Which rows to take as none, [B], bool; <see langword="null"/> for no more.</param>
    /// <returns>Embeddings, [B, D].</returns>
    public override Tensor forward(Tensor vectors, Tensor? dropped)
    {
        using var scope = NewDisposeScope();
        var v = vectors.to(((Linear)mlp[0]).weight.dtype);                                            // [B, V]
        if (none is null)
        {
            RequireNull(dropped);
            return mlp.call(v).MoveToOuterDisposeScope();                                             // [B, D]
        }
        var (known, without) = Split(v, dropped);
        return where(without.unsqueeze(1), none, mlp.call(known)).MoveToOuterDisposeScope();          // [B, D]
    }
}
