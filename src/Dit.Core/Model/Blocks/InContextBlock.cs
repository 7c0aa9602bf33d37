using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>A plain vision transformer's block: the conditioning stands among the tokens (Peebles and Xie 2023, section 3.2).</summary>
public sealed class InContextBlock : DitBlock
{
    private readonly Module<Tensor, Tensor> norm1;
    private readonly SelfAttention attn;
    private readonly Module<Tensor, Tensor> norm2;
    private readonly Module<Tensor, Tensor> mlp;

    internal InContextBlock(DitConfig config, int index) : base(nameof(InContextBlock))
    {
        norm1 = Norms.Affine(config);
        attn = new SelfAttention(config, mixesValues: config.ValueResidual && index > 0);
        norm2 = Norms.Affine(config);
        mlp = CreateMlp(config);
        RegisterComponents();
    }

    internal override bool LeavesValues => attn.LeavesValues;

    /// <inheritdoc/>
    public override Tensor forward(Tensor x, Conditioning c)
    {
        using var scope = NewDisposeScope();
        x = x + attn.call(norm1.call(x)!, c)!;                                 // [B, T, D]
        x = x + mlp.call(norm2.call(x)!)!;                                     // [B, T, D]
        return x.MoveToOuterDisposeScope();
    }
}
