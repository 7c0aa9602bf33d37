using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>What the blocks of a model share in one forward pass.</summary>
public sealed class Conditioning
{
    /// <value>The activated conditioning that modulates, SiLU(time plus label embedding), [P, D]; <see langword="null"/> where nothing is modulated.</value>
    public Tensor? Vector { get; init; }

    /// <value>Which row of <see cref="Vector"/> each image has, [B], int64; <see langword="null"/> where every image has its own, P = B.</value>
    public Tensor? Rows { get; init; }

    /// <value>The tokens that a cross-attention attends to, [B, L, D]; <see langword="null"/> where there is none.</value>
    public Tensor? Context { get; init; }

    /// <value>Which tokens may be attended to, [B, L], bool, of the context or of all tokens; <see langword="null"/> for all.</value>
    public Tensor? Mask { get; init; }

    /// <value>The rotation of queries and keys; <see langword="null"/> for none.</value>
    public RotaryEmbedding? Rotation { get; init; }

    /// <value>The first block's attention values, [B, T, A], which it leaves here for those after it.</value>
    internal Tensor? FirstValues { get; set; }
}
