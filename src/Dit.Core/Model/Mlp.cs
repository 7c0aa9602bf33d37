using Dit.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>The feed-forward part of a block: Linear, GELU (tanh form), Linear.</summary>
public sealed class Mlp : Module<Tensor, Tensor>
{
    private readonly Linear fc1;
    private readonly Linear fc2;

    /// <summary>Creates the MLP.</summary>
    /// <param name="width">Width of a token, D.</param>
    /// <param name="hidden">Width between the two products, F.</param>
    public Mlp(long width, long hidden) : base(nameof(Mlp))
    {
        fc1 = Linear(width, hidden);
        fc2 = Linear(hidden, width);
        RegisterComponents();
    }

    /// <param name="x">Tokens, [B, T, D].</param>
    /// <returns>Tokens, [B, T, D].</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var hidden = FusedOps.Gelu(fc1.call(x));                             // [B, T, F]
        return fc2.call(hidden).MoveToOuterDisposeScope();                   // [B, T, D]
    }
}
