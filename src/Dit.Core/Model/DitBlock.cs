using static Dit.Torch.FusedOps;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>A DiT block with adaLN-Zero conditioning (Peebles and Xie 2023, section 3.2, figure 3, right).</summary>
/// <remarks>Parameter names are the official implementation's, so that its checkpoints load.</remarks>
public sealed class DitBlock : Module<Tensor, Tensor, Tensor>
{
    /// <summary>What the layer norms of the model add to the variance.</summary>
    internal const double NormEpsilon = 1e-6;

    private readonly SelfAttention attn;
    private readonly Mlp mlp;
    private readonly Modulation adaLN_modulation;

    /// <summary>Creates the block.</summary>
    /// <param name="width">Width of a token, D.</param>
    /// <param name="heads">Number of attention heads; it divides the width.</param>
    /// <param name="mlpRatio">Hidden width of the MLP as a multiple of the width.</param>
    public DitBlock(long width, long heads, double mlpRatio = 4.0) : base(nameof(DitBlock))
    {
        attn = new SelfAttention(width, heads);
        mlp = new Mlp(width, (long)(width * mlpRatio));
        adaLN_modulation = new Modulation(width, parts: 6);
        RegisterComponents();
    }

    /// <param name="x">Tokens, [B, T, D].</param>
    /// <param name="c">Activated conditioning, SiLU(time plus label embedding), [B, D].</param>
    /// <returns>Tokens, [B, T, D].</returns>
    public override Tensor forward(Tensor x, Tensor c)
    {
        using var scope = NewDisposeScope();
        var m = adaLN_modulation.call(c)!;                                                        // 6 x [B, D]: shift, scale, gate, twice
        x = GatedResidual(x, m[2], attn.call(ModulatedNorm(x, m[0], m[1], NormEpsilon))!);        // [B, T, D]
        x = GatedResidual(x, m[5], mlp.call(ModulatedNorm(x, m[3], m[4], NormEpsilon))!);         // [B, T, D]
        return x.MoveToOuterDisposeScope();
    }
}
