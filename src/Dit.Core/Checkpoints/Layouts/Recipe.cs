using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>How one of our tensors is made of those of another system.</summary>
/// <param name="Sources">Their names.</param>
/// <param name="Combine">What is made of them; <see langword="null"/> for the tensor as it is.</param>
internal sealed record Recipe(string[] Sources, Func<Tensor[], Tensor>? Combine = null)
{
    /// <summary>Puts rows of several products one after another, as in a fused one.</summary>
    public static Tensor Fuse(Tensor[] parts) => cat(parts, dim: 0);

    /// <summary>Puts the equal parts of a product's rows into another order.</summary>
    public static Func<Tensor[], Tensor> Reorder(params int[] order) => parts =>
    {
        var chunks = parts[0].chunk(order.Length, dim: 0);
        return cat([.. order.Select(i => chunks[i])], dim: 0);
    };
}
