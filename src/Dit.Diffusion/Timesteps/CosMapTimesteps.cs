using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// On the straight path the noise levels of the cosine schedule: density 2 / (pi (1 - 2 t + 2 t^2)), t = 1 - 1 / (tan(pi u / 2) + 1) (SD3, section 3.1).
/// </summary>
public sealed class CosMapTimesteps : TimestepDensity
{
    /// <inheritdoc/>
    public override Tensor FromUniform(Tensor u)
    {
        ArgumentNullException.ThrowIfNull(u);
        using var scope = NewDisposeScope();
        var (sine, cosine) = ((Math.PI / 2 * u).sin(), (Math.PI / 2 * (1 - u)).sin());
        return (sine / (sine + cosine)).MoveToOuterDisposeScope();                 // the formula without its infinite tangent
    }

    /// <inheritdoc/>
    public override double Density(double t) => t is >= 0 and <= 1 ? 2 / (Math.PI * (1 - 2 * t + 2 * t * t)) : 0;

    /// <inheritdoc/>
    public override string ToString() => "cosine map";
}
