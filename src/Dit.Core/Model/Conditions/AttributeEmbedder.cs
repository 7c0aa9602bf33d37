using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Embeds several attributes at once: the sum of a vector for each that is present and another for each that is absent.</summary>
public sealed class AttributeEmbedder : ConditionEmbedder
{
    private readonly Parameter present;
    private readonly Parameter absent;
    private readonly Parameter? none;

    /// <summary>Creates the embedder.</summary>
    /// <param name="config">The model's configuration; <see cref="DitConfig.Classes"/> is the number of attributes.</param>
    public AttributeEmbedder(DitConfig config) : base(nameof(AttributeEmbedder), config)
    {
        ArgumentNullException.ThrowIfNull(config);
        present = Parameter(zeros(config.Classes, config.Width));                                     // [A, D]
        absent = Parameter(zeros(config.Classes, config.Width));                                      // [A, D]
        none = config.HasNullClass ? Parameter(zeros(config.Width)) : null;                           // [D]
        RegisterComponents();
    }

    /// <param name="attributes">From 0 (absent) to 1 (present), [B, A]; a row with NaN has none.</param>
    /// <param name="dropped">Which rows to take as none, [B], bool; <see langword="null"/> for no more.</param>
    /// <returns>Embeddings, [B, D].</returns>
    public override Tensor forward(Tensor attributes, Tensor? dropped)
    {
        using var scope = NewDisposeScope();
        var a = attributes.to(present.dtype);                                                         // [B, A]
        if (none is null)
        {
            RequireNull(dropped);
            return (a.matmul(present) + (1 - a).matmul(absent)).MoveToOuterDisposeScope();            // [B, D]
        }
        var (known, without) = Split(a, dropped);
        var sum = known.matmul(present) + (1 - known).matmul(absent);                                 // [B, D]
        return where(without.unsqueeze(1), none, sum).MoveToOuterDisposeScope();                      // [B, D]
    }
}
