using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Every time equally often: t ~ U(0, 1).</summary>
public sealed class UniformTimesteps : TimestepDensity
{
    /// <inheritdoc/>
    public override Tensor FromUniform(Tensor u)
    {
        ArgumentNullException.ThrowIfNull(u);
        return u.alias();
    }

    /// <inheritdoc/>
    public override double Density(double t) => t is >= 0 and <= 1 ? 1 : 0;

    /// <inheritdoc/>
    public override string ToString() => "uniform";
}
