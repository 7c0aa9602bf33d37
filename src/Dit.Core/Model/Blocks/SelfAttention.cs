using Dit.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Multi-head self-attention with one product for queries, keys and values.</summary>
public sealed class SelfAttention : Module<Tensor, Conditioning, Tensor>
{
    private readonly Linear qkv;
    private readonly Module<Tensor, Tensor>? q_norm;
    private readonly Module<Tensor, Tensor>? k_norm;
    private readonly Parameter? value_mix;
    private readonly Linear proj;
    private readonly DitConfig _config;
    private readonly bool _masked;

    /// <param name="config">The model's configuration.</param>
    /// <param name="mixesValues">Whether the first block's values are mixed into this one's.</param>
    /// <param name="masked">Whether the conditioning's mask is for this attention.</param>
    internal SelfAttention(DitConfig config, bool mixesValues = false, bool masked = true) : base(nameof(SelfAttention))
    {
        _config = config;
        _masked = masked;
        qkv = Linear(config.Width, 3 * config.AttentionWidth);
        q_norm = Norms.QueryKey(config);
        k_norm = Norms.QueryKey(config);
        value_mix = mixesValues ? Parameter(full(1, 0.5)) : null;                                        // [1]
        proj = Linear(config.AttentionWidth, config.Width);
        RegisterComponents();
    }

    /// <param name="x">Tokens, [B, T, D].</param>
    /// <param name="c">The conditioning: its mask, rotation and first values.</param>
    /// <returns>Tokens, [B, T, D].</returns>
    public override Tensor forward(Tensor x, Conditioning c)
    {
        using var scope = NewDisposeScope();
        var packed = qkv.call(x);                                                                        // [B, T, 3 A]
        var mask = _masked ? c.Mask : null;                                                              // [B, 1, 1, T]
        var attended = IsPlain && mask is null && c.Rotation is null
            ? FusedOps.Attention(packed, _config.Heads)
            : Attend(packed, c, mask);                                                                   // [B, T, A]
        return proj.call(attended).MoveToOuterDisposeScope();                                            // [B, T, D]
    }

    /// <value>Whether it is the first of a model whose blocks mix its values into theirs.</value>
    internal bool LeavesValues => _config.ValueResidual && value_mix is null;

    /// <summary>Nothing happens between the product and the attention.</summary>
    private bool IsPlain => q_norm is null && !_config.ValueResidual && !_config.Quirks.ScoresScaledByTokens;

    private Tensor Attend(Tensor packed, Conditioning c, Tensor? mask)
    {
        var (batch, tokens, heads) = (packed.shape[0], packed.shape[1], _config.Heads);
        var parts = packed.view(batch, tokens, 3, heads, -1).permute(2, 0, 3, 1, 4).unbind(0);           // 3 x [B, H, T, A / H]
        var (q, k, v) = (parts[0], parts[1], parts[2]);
        if (q_norm is not null)
            (q, k) = (Norms.InWeightType(q_norm, q), Norms.InWeightType(k_norm!, k));
        if (c.Rotation is { } rotation)
            (q, k) = (rotation.Rotate(q), rotation.Rotate(k));
        if (_config.ValueResidual)
            v = MixValues(v, c);
        if (_config.Quirks.ScoresScaledByTokens)
            q = q * Math.Sqrt((double)q.shape[^1] / tokens);                                             // scaled_dot_product_attention divides by sqrt(A / H)
        return functional.scaled_dot_product_attention(q, k, v, mask)                                    // [B, H, T, A / H]
            .transpose(1, 2).reshape(batch, tokens, -1);                                                 // [B, T, A]
    }

    /// <summary>The first block leaves its values, the others mix them into their own.</summary>
    private Tensor MixValues(Tensor v, Conditioning c)
    {
        if (value_mix is null)
        {
            c.FirstValues = v.alias().DetachFromDisposeScope();
            return v;
        }
        return value_mix * c.FirstValues! + (1 - value_mix) * v;                                         // [B, H, T, A / H]
    }
}
