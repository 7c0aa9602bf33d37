using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>A block that attends to the conditioning's tokens after it has attended to its own (Peebles and Xie 2023, section 3.2).</summary>
public sealed class CrossAttentionBlock : DitBlock
{
    private readonly Module<Tensor, Tensor> norm1;
    private readonly SelfAttention attn;
    private readonly Module<Tensor, Tensor> norm2;
    private readonly CrossAttention cross_attn;
    private readonly Module<Tensor, Tensor> norm3;
    private readonly Module<Tensor, Tensor> mlp;

    internal CrossAttentionBlock(DitConfig config, int index) : base(nameof(CrossAttentionBlock))
    {
        norm1 = Norms.Affine(config);
        attn = new SelfAttention(config, mixesValues: config.ValueResidual && index > 0, masked: false);
        norm2 = Norms.Affine(config);
        cross_attn = new CrossAttention(config);
        norm3 = Norms.Affine(config);
        mlp = CreateMlp(config);
        RegisterComponents();
    }

    internal override bool LeavesValues => attn.LeavesValues;

    /// <inheritdoc/>
    public override Tensor forward(Tensor x, Conditioning c)
    {
        using var scope = NewDisposeScope();
        x = x + attn.call(norm1.call(x)!, c)!;                                 // [B, T, D]
        x = x + cross_attn.call(norm2.call(x)!, c)!;                           // [B, T, D]
        x = x + mlp.call(norm3.call(x)!)!;                                     // [B, T, D]
        return x.MoveToOuterDisposeScope();
    }
}
