using System.Diagnostics;
using Dit.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>The norms of a configuration.</summary>
internal static class Norms
{
    /// <summary>A norm over tokens with weights of its own.</summary>
    public static Module<Tensor, Tensor> Affine(DitConfig config) => Create(config.Norm, config.Width, config.Quirks.NormEpsilon);

    /// <summary>A norm over tokens that is to be modulated: a layer norm then has no weights, which is said by <see langword="null"/>.</summary>
    public static Module<Tensor, Tensor>? Adaptive(DitConfig config) =>
        config.Norm == NormType.LayerNorm && !config.Quirks.AffineNorms ? null : Affine(config);

    /// <summary>A norm over queries or keys.</summary>
    public static Module<Tensor, Tensor>? QueryKey(DitConfig config) =>
        config.QueryKeyNorm is { } type ? Create(type, config.AttentionWidth / config.Heads, config.Quirks.NormEpsilon) : null;

    /// <summary>Normalises in the type of the norm's weights: under autocast they are wider than queries and keys.</summary>
    /// <returns>Of the shape and type of <paramref name="x"/>.</returns>
    public static Tensor InWeightType(Module<Tensor, Tensor> norm, Tensor x)
    {
        using var scope = NewDisposeScope();
        return norm.call(x.to(norm.parameters().First().dtype))!.to(x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Norm(x) (1 + scale) + shift (Perez et al. 2018; DiT, section 3.2).</summary>
    /// <param name="norm">The norm; <see langword="null"/> for a layer norm without weights.</param>
    /// <param name="x">Tokens, [B, T, D].</param>
    /// <param name="shift">[B, D].</param>
    /// <param name="scale">[B, D].</param>
    /// <param name="epsilon">What a layer norm without weights adds to the variance.</param>
    /// <returns>Tokens, [B, T, D].</returns>
    public static Tensor Modulated(Module<Tensor, Tensor>? norm, Tensor x, Tensor shift, Tensor scale, double epsilon)
    {
        if (norm is null)
            return FusedOps.ModulatedNorm(x, shift, scale, epsilon);
        using var scope = NewDisposeScope();
        return (norm.call(x)! * (1 + scale.unsqueeze(1)) + shift.unsqueeze(1)).MoveToOuterDisposeScope();      // [B, T, D]
    }

    private static Module<Tensor, Tensor> Create(NormType type, long width, double epsilon) => type switch
    {
        NormType.LayerNorm => LayerNorm(width, epsilon),
        NormType.RmsNorm => new RmsNorm(width, epsilon),
        NormType.ScaleNorm => new ScaleNorm(width),
        _ => throw new UnreachableException(),
    };
}
