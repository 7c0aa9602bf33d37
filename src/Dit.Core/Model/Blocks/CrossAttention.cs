using Dit.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Multi-head attention from the image's tokens to the conditioning's.</summary>
public sealed class CrossAttention : Module<Tensor, Conditioning, Tensor>
{
    private readonly Linear q;
    private readonly Linear kv;
    private readonly Module<Tensor, Tensor>? q_norm;
    private readonly Module<Tensor, Tensor>? k_norm;
    private readonly Linear proj;
    private readonly DitConfig _config;

    internal CrossAttention(DitConfig config) : base(nameof(CrossAttention))
    {
        _config = config;
        q = Linear(config.Width, config.AttentionWidth);
        kv = Linear(config.Width, 2 * config.AttentionWidth);
        q_norm = Norms.QueryKey(config);
        k_norm = Norms.QueryKey(config);
        proj = Linear(config.AttentionWidth, config.Width);
        RegisterComponents();
    }

    /// <param name="x">Tokens, [B, T, D].</param>
    /// <param name="c">The conditioning: its context and mask.</param>
    /// <returns>Tokens, [B, T, D].</returns>
    public override Tensor forward(Tensor x, Conditioning c)
    {
        using var scope = NewDisposeScope();
        var attended = FusedOps.Attention(q.call(x), _config.Heads, kv.call(c.Context!), mask: c.Mask,
            norm: Norms.ForAttention(q_norm, k_norm, _config));                                          // [B, T, A]
        return proj.call(attended).MoveToOuterDisposeScope();                                            // [B, T, D]
    }
}
