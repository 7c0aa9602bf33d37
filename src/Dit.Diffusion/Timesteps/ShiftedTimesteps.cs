using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>A density whose times are shifted: see <see cref="TimeShift"/>. <see cref="TimestepExtensions.Shifted"/> makes it.</summary>
/// <remarks>Training and sampling are usually shifted alike.</remarks>
public sealed class ShiftedTimesteps : TimestepDensity
{
    private readonly TimestepDensity _inner;

    internal ShiftedTimesteps(TimestepDensity inner, double shift)
    {
        ArgumentNullException.ThrowIfNull(inner);
        (_inner, Shift) = (inner, TimeShift.Validated(shift, nameof(shift)));
    }

    /// <summary>Above 1 towards the noise, below 1 towards the data.</summary>
    public double Shift { get; }

    /// <inheritdoc/>
    public override Tensor FromUniform(Tensor u)
    {
        using var scope = NewDisposeScope();
        return TimeShift.Apply(_inner.FromUniform(u), Shift).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override double Density(double t) => _inner.Density(TimeShift.Apply(t, 1 / Shift)) * Shift / Math.Pow(Shift + (1 - Shift) * t, 2);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{_inner}, shifted by {Shift}");

    /// <inheritdoc/>
    protected internal override Tensor Draw(long count, Device device, Generator? generator) => _inner.Draw(count, device, generator);
}
