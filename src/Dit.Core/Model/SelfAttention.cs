using Dit.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Multi-head self-attention with one product for queries, keys and values.</summary>
public sealed class SelfAttention : Module<Tensor, Tensor>
{
    private readonly Linear qkv;
    private readonly Linear proj;
    private readonly long _heads;

    /// <summary>Creates the attention.</summary>
    /// <param name="width">Width of a token, D.</param>
    /// <param name="heads">Number of heads; it divides the width.</param>
    public SelfAttention(long width, long heads) : base(nameof(SelfAttention))
    {
        _heads = heads;
        qkv = Linear(width, 3 * width);
        proj = Linear(width, width);
        RegisterComponents();
    }

    /// <param name="x">Tokens, [B, T, D].</param>
    /// <returns>Tokens, [B, T, D].</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var attended = FusedOps.Attention(qkv.call(x), _heads);              // [B, T, 3D] -> [B, T, D]
        return proj.call(attended).MoveToOuterDisposeScope();
    }
}
