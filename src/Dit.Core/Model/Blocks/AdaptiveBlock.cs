using static Dit.Torch.FusedOps;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>A block whose norms are modulated by the conditioning: adaLN, and with gates adaLN-Zero (Peebles and Xie 2023, figure 3).</summary>
public sealed class AdaptiveBlock : DitBlock
{
    private readonly Module<Tensor, Tensor>? norm1;
    private readonly SelfAttention attn;
    private readonly Module<Tensor, Tensor>? norm2;
    private readonly Module<Tensor, Tensor> mlp;
    private readonly Modulation adaLN_modulation;
    private readonly bool _gated;
    private readonly double _epsilon;

    internal AdaptiveBlock(DitConfig config, int index) : base(nameof(AdaptiveBlock))
    {
        _gated = config.Block == BlockType.AdaLNZero;
        _epsilon = config.Quirks.NormEpsilon;
        norm1 = Norms.Adaptive(config);
        attn = new SelfAttention(config, mixesValues: config.ValueResidual && index > 0);
        norm2 = Norms.Adaptive(config);
        mlp = CreateMlp(config);
        adaLN_modulation = new Modulation(config.Width, parts: _gated ? 6 : 4);
        RegisterComponents();
    }

    internal override bool LeavesValues => attn.LeavesValues;

    /// <inheritdoc/>
    public override Tensor forward(Tensor x, Conditioning c)
    {
        using var scope = NewDisposeScope();
        var m = adaLN_modulation.call(c.Vector!, c.Rows)!;                                                         // shift, scale(, gate), twice; each [B, D]
        var second = m.Length / 2;
        var attended = attn.call(Norms.Modulated(norm1, x, m[0], m[1], _epsilon), c)!;                    // [B, T, D]
        x = _gated ? GatedResidual(x, m[2], attended) : x + attended;                                      // [B, T, D]
        var mixed = mlp.call(Norms.Modulated(norm2, x, m[second], m[second + 1], _epsilon))!;             // [B, T, D]
        x = _gated ? GatedResidual(x, m[5], mixed) : x + mixed;                                            // [B, T, D]
        return x.MoveToOuterDisposeScope();
    }
}
