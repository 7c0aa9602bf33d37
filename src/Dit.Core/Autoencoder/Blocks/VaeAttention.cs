using Dit.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Self-attention with one head over the positions of a feature map, with a skip.</summary>
internal sealed class VaeAttention : Module<Tensor, Tensor>
{
    private readonly GroupNorm group_norm;
    private readonly Linear to_q;
    private readonly Linear to_k;
    private readonly Linear to_v;
    private readonly Sequential to_out;

    public VaeAttention(AutoencoderConfig config, long width) : base(nameof(VaeAttention))
    {
        group_norm = VaeLayers.Norm(config, width);
        to_q = Linear(width, width);
        to_k = Linear(width, width);
        to_v = Linear(width, width);
        to_out = Sequential(Linear(width, width));
        RegisterComponents();
    }

    /// <param name="x">[B, C, H, W].</param>
    /// <returns>[B, C, H, W].</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var tokens = group_norm.call(x).flatten(2).transpose(1, 2);                                                                    // [B, H W, C]
        var attended = FusedOps.Attention(to_q.call(tokens), heads: 1, to_k.call(tokens), to_v.call(tokens));                          // [B, H W, C]
        return (x + to_out.call(attended).transpose(1, 2).reshape(x.shape)).MoveToOuterDisposeScope();                                 // [B, C, H, W]
    }
}
