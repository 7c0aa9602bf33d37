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
        var values = _config.ValueResidual ? Values(packed, c) : null;                                   // [B, T, A]
        var attended = FusedOps.Attention(
            values is null ? packed : packed.narrow(-1, 0, 2 * _config.AttentionWidth), _config.Heads, value: values,
            mask: _masked ? c.Mask : null, rotation: c.Rotation?.Table, norm: Norms.ForAttention(q_norm, k_norm, _config),
            scale: _config.Quirks.ScoresScaledByTokens ? 1 / Math.Sqrt(x.shape[1]) : null);              // [B, T, A]
        return proj.call(attended).MoveToOuterDisposeScope();                                            // [B, T, D]
    }

    /// <value>Whether it is the first of a model whose blocks mix its values into theirs.</value>
    internal bool LeavesValues => _config.ValueResidual && value_mix is null;

    /// <summary>The first block leaves its values, the others mix them into their own.</summary>
    /// <returns>[B, T, A]; <see langword="null"/> for those in the product.</returns>
    private Tensor? Values(Tensor packed, Conditioning c)
    {
        var own = packed.narrow(-1, 2 * _config.AttentionWidth, _config.AttentionWidth);                 // [B, T, A]
        if (value_mix is not null)
            return (value_mix * c.FirstValues! + (1 - value_mix) * own).to(packed.dtype);                // [B, T, A]
        c.FirstValues = own.alias().DetachFromDisposeScope();
        return null;
    }
}
