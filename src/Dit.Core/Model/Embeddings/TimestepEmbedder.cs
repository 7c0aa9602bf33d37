using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Embeds times: a sinusoidal encoding, then an MLP (Linear, SiLU, Linear).</summary>
/// <remarks>DiT, <c>TimestepEmbedder</c>. Times may be fractional; the encoding is always computed in float32.</remarks>
public sealed class TimestepEmbedder : Module<Tensor, Tensor>
{
    private readonly Sequential mlp;
    private readonly TimeEncoding _encoding;

    internal TimestepEmbedder(DitConfig config) : base(nameof(TimestepEmbedder))
    {
        _encoding = config.Time;
        mlp = Sequential([.. Enumerable.Range(0, _encoding.Mlps).SelectMany(Layers)]);
        RegisterComponents();

        IEnumerable<Module<Tensor, Tensor>> Layers(int mlp) =>
            [Linear(mlp == 0 ? _encoding.Width : config.Width, config.Width), new Elementwise(_encoding.Activation), Linear(config.Width, config.Width)];
    }

    /// <param name="t">Times, [B].</param>
    /// <returns>Embeddings, [B, D].</returns>
    public override Tensor forward(Tensor t)
    {
        using var scope = NewDisposeScope();
        var encoded = Encode(t, _encoding).to(((Linear)mlp[0]).weight.dtype);          // [B, E]
        return mlp.call(encoded).MoveToOuterDisposeScope();                            // [B, D]
    }

    /// <summary>The official sinusoidal encoding [cos(t f), sin(t f)] with f_i = maxPeriod^(-i / (width/2)).</summary>
    /// <param name="t">Times, [B], of any integral or floating type.</param>
    /// <param name="width">Width of the encoding, E. If it is odd the last column is zero.</param>
    /// <param name="maxPeriod">Longest period is 2 pi times this.</param>
    /// <returns>float32 encoding, [B, E].</returns>
    public static Tensor Encode(Tensor t, int width, double maxPeriod = 10_000) => Encode(t, new TimeEncoding { Width = width }, maxPeriod);

    /// <summary>The sinusoidal encoding of times.</summary>
    /// <param name="t">Times, [B], of any integral or floating type.</param>
    /// <param name="encoding">Width, scale and order.</param>
    /// <param name="maxPeriod">Longest period is 2 pi times this.</param>
    /// <returns>float32 encoding, [B, E].</returns>
    public static Tensor Encode(Tensor t, TimeEncoding encoding, double maxPeriod = 10_000)
    {
        ArgumentNullException.ThrowIfNull(t);
        ArgumentNullException.ThrowIfNull(encoding);
        using var scope = NewDisposeScope();
        var half = encoding.Width / 2;
        var steps = encoding.IncludesLongestPeriod ? half - 1 : half;
        var frequencies = arange(half, float32, t.device).mul_(-Math.Log(maxPeriod)).div_(steps).exp_();   // [E/2]
        var times = t.to(float32);
        if (encoding.Scale != 1)
            times = times * encoding.Scale;                                                               // [B]
        var angles = times.unsqueeze(1) * frequencies;                                                    // [B, E/2]
        List<Tensor> parts = encoding.SinesFirst ? [angles.sin(), angles.cos()] : [angles.cos(), angles.sin()];
        if (encoding.Width % 2 != 0)
            parts.Add(zeros(t.shape[0], 1, float32, t.device));
        return cat(parts, dim: 1).MoveToOuterDisposeScope();                                              // [B, E]
    }

    /// <summary>An activation as a layer.</summary>
    private sealed class Elementwise(Activation activation) : Module<Tensor, Tensor>(nameof(Elementwise))
    {
        public override Tensor forward(Tensor x) => activation.Of(x);
    }
}
