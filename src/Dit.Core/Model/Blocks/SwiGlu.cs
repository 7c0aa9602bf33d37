using Dit.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>The gated feed-forward part of a block: W3 (SiLU(W1 x) * W2 x) (Shazeer 2020), with W1 and W2 in one product.</summary>
public sealed class SwiGlu : Module<Tensor, Tensor>
{
    private readonly Linear w12;
    private readonly Linear w3;

    /// <summary>Creates the MLP.</summary>
    /// <param name="width">Width of a token, D.</param>
    /// <param name="hidden">Width of the gate, F.</param>
    public SwiGlu(long width, long hidden) : base(nameof(SwiGlu))
    {
        w12 = Linear(width, 2 * hidden);
        w3 = Linear(hidden, width);
        RegisterComponents();
    }

    /// <param name="x">Tokens, [B, T, D].</param>
    /// <returns>Tokens, [B, T, D].</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var gated = FusedOps.SwiGlu(w12.call(x));                            // [B, T, F]
        return w3.call(gated).MoveToOuterDisposeScope();                     // [B, T, D]
    }
}
