namespace Dit.Core;

/// <summary>A layer of a model: what it gives and what it costs.</summary>
/// <param name="Name">Its name in the model's state, such as <c>blocks.0.attn.qkv</c>.</param>
/// <param name="Kind">What it is, such as <c>Linear</c>.</param>
/// <param name="OutputShape">Shape of its result for one batch, [B, ...].</param>
/// <param name="Parameters">Number of its parameters.</param>
/// <param name="TrainableParameters">Number of those that are trained.</param>
/// <param name="MultiplyAdds">Multiplications with an addition in its products for one image; 0 where it has none.</param>
public sealed record LayerDescription(
    string Name, string Kind, IReadOnlyList<long> OutputShape, long Parameters, long TrainableParameters, long MultiplyAdds)
{
    /// <value>The block that it belongs to, from 0; <see langword="null"/> if to none.</value>
    internal int? Block { get; init; }

    /// <value>What it keeps for the backward pass.</value>
    internal Kept Kept { get; init; }
}
