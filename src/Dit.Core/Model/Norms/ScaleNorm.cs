using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>sqrt(D) x / |x| with one gain for all channels: the norm of Just-a-DiT.</summary>
public sealed class ScaleNorm : Module<Tensor, Tensor>
{
    private const double Least = 1e-12;

    private readonly Parameter g;
    private readonly long _width;

    /// <summary>Creates the norm with a gain of 1.</summary>
    /// <param name="width">Length of the last dimension, D.</param>
    public ScaleNorm(long width) : base(nameof(ScaleNorm))
    {
        _width = width;
        g = Parameter(ones(1));
        RegisterComponents();
    }

    /// <value>The gains of the RMS norm that this is, [D].</value>
    internal Tensor Weight => g.expand(_width);

    /// <summary>What that RMS norm adds to the mean square: as good as nothing.</summary>
    internal static double Epsilon(long width) => Least * Least / width;

    /// <param name="x">[..., D].</param>
    /// <returns>[..., D], of the type of <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return (functional.normalize(x, dim: -1, eps: Least) * Math.Sqrt(_width) * g).to(x.dtype).MoveToOuterDisposeScope();
    }
}
