using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Embeds times: a sinusoidal encoding, then an MLP (Linear, SiLU, Linear).</summary>
/// <remarks>DiT, <c>TimestepEmbedder</c>. Times may be fractional; the encoding is always computed in float32.</remarks>
public sealed class TimestepEmbedder : Module<Tensor, Tensor>
{
    /// <summary>Width of the sinusoidal encoding.</summary>
    public const int EncodingWidth = 256;

    private readonly Sequential mlp;

    /// <summary>Creates the embedder.</summary>
    /// <param name="width">Width of the embedding, D.</param>
    public TimestepEmbedder(long width) : base(nameof(TimestepEmbedder))
    {
        mlp = Sequential(Linear(EncodingWidth, width), SiLU(), Linear(width, width));
        RegisterComponents();
    }

    /// <param name="t">Times, [B].</param>
    /// <returns>Embeddings, [B, D].</returns>
    public override Tensor forward(Tensor t)
    {
        using var scope = NewDisposeScope();
        var encoding = Encode(t, EncodingWidth).to(((Linear)mlp[0]).weight.dtype);     // [B, 256]
        return mlp.call(encoding).MoveToOuterDisposeScope();                           // [B, D]
    }

    /// <summary>The sinusoidal encoding [cos(t f), sin(t f)] with f_i = maxPeriod^(-i / (width/2)).</summary>
    /// <param name="t">Times, [B], of any integral or floating type.</param>
    /// <param name="width">Width of the encoding, E. If it is odd the last column is zero.</param>
    /// <param name="maxPeriod">Longest period is 2 pi times this.</param>
    /// <returns>float32 encoding, [B, E].</returns>
    public static Tensor Encode(Tensor t, long width, double maxPeriod = 10_000)
    {
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        var half = width / 2;
        var frequencies = arange(half, float32, t.device).mul_(-Math.Log(maxPeriod)).div_(half).exp_();    // [E/2]
        var angles = t.to(float32).unsqueeze(1) * frequencies;                                            // [B, E/2]
        var encoding = width % 2 == 0
            ? cat([angles.cos(), angles.sin()], dim: 1)
            : cat([angles.cos(), angles.sin(), zeros(t.shape[0], 1, float32, t.device)], dim: 1);          // [B, E]
        return encoding.MoveToOuterDisposeScope();
    }
}
