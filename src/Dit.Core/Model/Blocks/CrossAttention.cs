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
    private readonly long _heads;

    internal CrossAttention(DitConfig config) : base(nameof(CrossAttention))
    {
        _heads = config.Heads;
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
        var (batch, tokens, length) = (x.shape[0], x.shape[1], c.Context!.shape[1]);
        var query = q.call(x).view(batch, tokens, _heads, -1).transpose(1, 2);                           // [B, H, T, A / H]
        var parts = kv.call(c.Context).view(batch, length, 2, _heads, -1).permute(2, 0, 3, 1, 4).unbind(0);   // 2 x [B, H, L, A / H]
        var (key, value) = (parts[0], parts[1]);
        if (q_norm is not null)
            (query, key) = (Norms.InWeightType(q_norm, query), Norms.InWeightType(k_norm!, key));
        var attended = functional.scaled_dot_product_attention(query, key, value, c.Mask)                // [B, H, T, A / H]
            .transpose(1, 2).reshape(batch, tokens, -1);                                                 // [B, T, A]
        return proj.call(attended).MoveToOuterDisposeScope();                                            // [B, T, D]
    }
}
