using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>x / sqrt(mean x^2 + eps) with a gain per channel (Zhang and Sennrich 2019), computed in float32.</summary>
public sealed class RmsNorm : Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly double _epsilon;

    /// <summary>Creates the norm with gains of 1.</summary>
    /// <param name="width">Length of the last dimension, D.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    public RmsNorm(long width, double epsilon = 1e-6) : base(nameof(RmsNorm))
    {
        _epsilon = epsilon;
        weight = Parameter(ones(width));
        RegisterComponents();
    }

    /// <value>The gains, [D].</value>
    internal Tensor Weight => weight;

    /// <param name="x">[..., D].</param>
    /// <returns>[..., D], of the type of <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var wide = x.dtype == float64 ? x : x.to(float32);
        var normed = wide * (wide.square().mean([-1], keepdim: true) + _epsilon).rsqrt() * weight;     // [..., D]
        return normed.to(x.dtype).MoveToOuterDisposeScope();
    }
}
