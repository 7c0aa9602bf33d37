using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Embeds class labels; the last row of the table, if there is one more than classes, stands for "no label".</summary>
public sealed class LabelEmbedder : Module<Tensor, Tensor?, Tensor>
{
    private readonly Embedding embedding_table;
    private readonly int _classes;
    private readonly bool _hasNullClass;

    /// <summary>Creates the embedder.</summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="width">Width of the embedding, D.</param>
    /// <param name="hasNullClass">Whether the table has a row for the null class, whose id is <paramref name="classes"/>.</param>
    public LabelEmbedder(int classes, long width, bool hasNullClass) : base(nameof(LabelEmbedder))
    {
        _classes = classes;
        _hasNullClass = hasNullClass;
        embedding_table = Embedding(hasNullClass ? classes + 1 : classes, width);
        RegisterComponents();
    }

    /// <param name="labels">Class ids, [B], int64; the null class may be among them.</param>
    /// <param name="dropped">Which labels to replace by the null class, [B], bool; <see langword="null"/> for none.</param>
    /// <returns>Embeddings, [B, D].</returns>
    public override Tensor forward(Tensor labels, Tensor? dropped)
    {
        using var scope = NewDisposeScope();
        if (dropped is not null)
        {
            if (!_hasNullClass)
                throw new ArgumentException("Labels cannot be dropped: the model has no null class (DitConfig.LabelDropout = 0).", nameof(dropped));
            labels = labels.masked_fill(dropped, _classes);                    // [B]
        }
        return embedding_table.call(labels).MoveToOuterDisposeScope();         // [B, D]
    }
}
