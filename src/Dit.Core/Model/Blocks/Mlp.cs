using Dit.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>The feed-forward part of a block: Linear, activation, Linear.</summary>
public sealed class Mlp : Module<Tensor, Tensor>
{
    private readonly Linear fc1;
    private readonly Linear fc2;
    private readonly Activation _activation;

    /// <summary>Creates the MLP.</summary>
    /// <param name="width">Width of a token, D.</param>
    /// <param name="hidden">Width between the two products, F.</param>
    /// <param name="activation">What is applied between them.</param>
    public Mlp(long width, long hidden, Activation activation = Activation.GeluTanh) : base(nameof(Mlp))
    {
        _activation = activation;
        fc1 = Linear(width, hidden);
        fc2 = Linear(hidden, width);
        RegisterComponents();
    }

    /// <param name="x">Tokens, [B, T, D].</param>
    /// <returns>Tokens, [B, T, D].</returns>
    public override Tensor forward(Tensor x)
    {
        if (_activation.Fused() is { } fused)
            return FusedOps.Mlp(x, fc1, fc2, fused);                         // [B, T, D]
        using var scope = NewDisposeScope();
        var hidden = _activation.Of(fc1.call(x));                            // [B, T, F]
        return fc2.call(hidden).MoveToOuterDisposeScope();                   // [B, T, D]
    }
}
