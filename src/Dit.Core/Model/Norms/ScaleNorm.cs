using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>sqrt(D) x / |x| with one gain for all channels: the norm of Just-a-DiT.</summary>
public sealed class ScaleNorm : Module<Tensor, Tensor>
{
    private const double Least = 1e-12;

    private readonly Parameter g;
    private readonly double _scale;

    /// <summary>Creates the norm with a gain of 1.</summary>
    /// <param name="width">Length of the last dimension, D.</param>
    public ScaleNorm(long width) : base(nameof(ScaleNorm))
    {
        _scale = Math.Sqrt(width);
        g = Parameter(ones(1));
        RegisterComponents();
    }

    /// <param name="x">[..., D].</param>
    /// <returns>[..., D], of the type of <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return (functional.normalize(x, dim: -1, eps: Least) * _scale * g).to(x.dtype).MoveToOuterDisposeScope();
    }
}
