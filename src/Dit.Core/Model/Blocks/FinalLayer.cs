using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>The last layer: a norm, modulated in adaptive models, then a product to the elements of each patch.</summary>
public sealed class FinalLayer : Module<Tensor, Tensor?, Tensor?, Tensor>
{
    private readonly Module<Tensor, Tensor>? norm_final;
    private readonly Linear linear;
    private readonly Modulation? adaLN_modulation;
    private readonly double _epsilon;

    internal FinalLayer(DitConfig config) : base(nameof(FinalLayer))
    {
        var adaptive = config.IsAdaptive && !config.Quirks.PlainFinalLayer;
        _epsilon = config.Quirks.NormEpsilon;
        norm_final = adaptive ? Norms.Adaptive(config) : Norms.Affine(config);
        adaLN_modulation = adaptive ? new Modulation(config.Width, parts: 2) : null;
        linear = Linear(config.Width, (long)config.PatchSize * config.PatchSize * config.FinalChannels);
        RegisterComponents();
    }

    /// <param name="x">Tokens, [B, T, D].</param>
    /// <param name="c">Activated conditioning, SiLU(time plus label embedding), [P, D]; <see langword="null"/> where the layer is not modulated.</param>
    /// <param name="rows">Which row of it each image has, [B], int64; <see langword="null"/> where every image has its own.</param>
    /// <returns>Patches, [B, T, p p C], the channel varying fastest.</returns>
    public override Tensor forward(Tensor x, Tensor? c, Tensor? rows)
    {
        using var scope = NewDisposeScope();
        if (adaLN_modulation is null)
            return linear.call(norm_final!.call(x)!).MoveToOuterDisposeScope();              // [B, T, p p C]
        var m = adaLN_modulation.call(c!, rows)!;                                                   // 2 x [B, D]: shift, scale
        return linear.call(Norms.Modulated(norm_final, x, m[0], m[1], _epsilon)).MoveToOuterDisposeScope();       // [B, T, p p C]
    }
}
