using System.Runtime.InteropServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Embeds class labels; the last row of the table, if there is one more than classes, stands for "no label".</summary>
public sealed class LabelEmbedder : ConditionEmbedder
{
    private readonly Embedding embedding_table;

    /// <summary>Creates the embedder.</summary>
    /// <param name="config">The model's configuration.</param>
    public LabelEmbedder(DitConfig config) : base(nameof(LabelEmbedder), config)
    {
        ArgumentNullException.ThrowIfNull(config);
        embedding_table = Embedding(config.HasNullClass ? config.Classes + 1 : config.Classes, config.Width);
        RegisterComponents();
    }

    /// <param name="labels">Class ids, [B], int64; the null class may be among them.</param>
    /// <param name="dropped">Which labels to replace by the null class, [B], bool; <see langword="null"/> for none.</param>
    /// <returns>Embeddings, [B, D].</returns>
    public override Tensor forward(Tensor labels, Tensor? dropped)
    {
        RequireNull(dropped);
        using var scope = NewDisposeScope();
        if (dropped is not null)
            labels = labels.masked_fill(dropped, Config.Classes);              // [B]
        return embedding_table.call(labels).MoveToOuterDisposeScope();         // [B, D]
    }

    internal override Tensor None(long batch, Device device) => full([batch], Config.Classes, int64, device);     // [B]

    internal override void Check(Tensor labels, long batch, string parameter)
    {
        if (labels.shape is not [var count] || count != batch)
            throw new ArgumentException($"The labels are {ModelInputs.Shape(labels)}, but there are {batch} images: give one label per image, [{batch}].", parameter);
        if (labels.dtype != ScalarType.Int64)
            throw new ArgumentException($"The labels are {labels.dtype}; they must be Int64.", parameter);
        if (!labels.is_cpu() || labels.numel() == 0)
            return;
        using var dense = labels.contiguous();
        var most = Config.HasNullClass ? Config.Classes : Config.Classes - 1;
        foreach (var label in MemoryMarshal.Cast<byte, long>(dense.bytes))
        {
            if (label >= 0 && label <= most)
                continue;
            var range = Config.HasNullClass
                ? $"0 to {Config.Classes - 1}, or {Config.Classes} for the null class"
                : $"0 to {Config.Classes - 1}";
            throw new ArgumentException($"A label is {label}, but the model has {Config.Classes} classes: {range} (DitConfig.Classes).", parameter);
        }
    }
}
