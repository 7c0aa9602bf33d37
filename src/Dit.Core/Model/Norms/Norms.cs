using System.Diagnostics;
using Dit.Torch;
using TorchSharp.Modules;
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

    /// <summary>The norms of queries and keys as attention applies them, in the current scope; <see langword="null"/> for none.</summary>
    public static QueryKeyNorm? ForAttention(Module<Tensor, Tensor>? query, Module<Tensor, Tensor>? key, DitConfig config) => (query, key) switch
    {
        (LayerNorm q, LayerNorm k) => new(q.weight, q.bias, k.weight, k.bias, config.Quirks.NormEpsilon),
        (RmsNorm q, RmsNorm k) => new(q.Weight, null, k.Weight, null, config.Quirks.NormEpsilon),
        (ScaleNorm q, ScaleNorm k) => new(q.Weight, null, k.Weight, null, ScaleNorm.Epsilon(config.AttentionWidth / config.Heads)),
        _ => null,
    };

    /// <summary>Norm(x) (1 + scale) + shift (Perez et al. 2018; DiT, section 3.2).</summary>
    /// <remarks>In one operator: a gain w and a bias b change the modulation to w (1 + scale) - 1 and b (1 + scale) + shift.</remarks>
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
        if (!FusedOps.MayReplace(norm))
            return (norm.call(x)! * (1 + scale.unsqueeze(1)) + shift.unsqueeze(1)).MoveToOuterDisposeScope();      // [B, T, D]
        return (norm switch
        {
            LayerNorm n => FusedOps.ModulatedNorm(x, shift + n.bias! + n.bias! * scale, Scaled(n.weight!), epsilon),
            RmsNorm n => FusedOps.ModulatedNorm(x, shift, Scaled(n.Weight), epsilon, centered: false),
            ScaleNorm n => FusedOps.ModulatedNorm(x, shift, Scaled(n.Weight), ScaleNorm.Epsilon(x.shape[^1]), centered: false),
            _ => throw new UnreachableException(),
        }).MoveToOuterDisposeScope();                                                                               // [B, T, D]

        Tensor Scaled(Tensor weight) => weight - 1 + weight * scale;                                                // [B, D]
    }

    private static Module<Tensor, Tensor> Create(NormType type, long width, double epsilon) => type switch
    {
        NormType.LayerNorm => LayerNorm(width, epsilon),
        NormType.RmsNorm => new RmsNorm(width, epsilon),
        NormType.ScaleNorm => new ScaleNorm(width),
        _ => throw new UnreachableException(),
    };
}
