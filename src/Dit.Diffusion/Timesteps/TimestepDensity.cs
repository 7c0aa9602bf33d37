using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// A density of times, given as what carries uniform numbers to it: the inverse of its cumulative distribution. Every density can therefore be stratified,
/// shifted, mixed and confined: see <see cref="TimestepExtensions"/>.
/// </summary>
public abstract class TimestepDensity : ITimestepSampler
{
    // The first and last floats within (0, 1) that leave densities without end a finite time.
    private const double Least = 1.0 / (1 << 25), Most = 1 - 1.0 / (1 << 24);

    /// <inheritdoc/>
    public Tensor Sample(long count, Device device, Generator? generator = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using var scope = NewDisposeScope();
        return FromUniform(Draw(count, device, generator).clamp(Least, Most)).MoveToOuterDisposeScope();
    }

    /// <summary>Carries uniform numbers to times.</summary>
    /// <param name="u">Numbers in [0, 1], of any shape.</param>
    /// <returns>Times in [0, 1], of the same shape and type; the caller owns them.</returns>
    public abstract Tensor FromUniform(Tensor u);

    /// <summary>How often a time is drawn.</summary>
    /// <param name="t">Time, in [0, 1].</param>
    /// <returns>The density: 1 where times are drawn as often as evenly, 0 where never.</returns>
    public abstract double Density(double t);

    /// <summary>Draws the numbers that <see cref="FromUniform"/> carries to times.</summary>
    /// <param name="count">How many.</param>
    /// <param name="device">Where they are to live.</param>
    /// <param name="generator">Random source, on the same device; null: libtorch's own.</param>
    /// <returns>Numbers in [0, 1], each uniform, [count], float32; the caller owns them.</returns>
    protected internal virtual Tensor Draw(long count, Device device, Generator? generator) =>
        rand(count, dtype: ScalarType.Float32, device: device, generator: generator);
}
