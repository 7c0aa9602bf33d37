using TorchSharp.Modules;
using static Dit.Torch.FusedOps;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>The last layer: modulated norm, then a product to the elements of each patch.</summary>
public sealed class FinalLayer : Module<Tensor, Tensor, Tensor>
{
    private readonly Linear linear;
    private readonly Modulation adaLN_modulation;

    /// <summary>Creates the layer; its weights start at zero, so a new model's output is zero.</summary>
    /// <param name="width">Width of a token, D.</param>
    /// <param name="patchElements">Elements of a patch of the output, p * p * C.</param>
    public FinalLayer(long width, long patchElements) : base(nameof(FinalLayer))
    {
        linear = Linear(width, patchElements);
        adaLN_modulation = new Modulation(width, parts: 2);
        RegisterComponents();
    }

    /// <param name="x">Tokens, [B, T, D].</param>
    /// <param name="c">Activated conditioning, SiLU(time plus label embedding), [B, D].</param>
    /// <returns>Patches, [B, T, p p C], the channel varying fastest.</returns>
    public override Tensor forward(Tensor x, Tensor c)
    {
        using var scope = NewDisposeScope();
        var m = adaLN_modulation.call(c)!;                                                    // 2 x [B, D]: shift, scale
        var normed = ModulatedNorm(x, m[0], m[1], DitBlock.NormEpsilon);                      // [B, T, D]
        return linear.call(normed)!.MoveToOuterDisposeScope();                                // [B, T, p p C]
    }
}
