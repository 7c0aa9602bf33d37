using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>A density squeezed into an interval: t' = least + (most - least) t. <see cref="TimestepExtensions.Within"/> makes it.</summary>
/// <remarks>
/// For predictions and weights that are infinite at an end: SiT trains its noise and score models on [0.001, 0.999], and models on the VP path from 1e-5.
/// </remarks>
public sealed class ConfinedTimesteps : TimestepDensity
{
    private readonly TimestepDensity _inner;

    internal ConfinedTimesteps(TimestepDensity inner, double least, double most)
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (!(least >= 0 && least < 1)) throw new ArgumentOutOfRangeException(nameof(least), least, "The least time must be at least 0 and below 1.");
        if (!(most > least && most <= 1)) throw new ArgumentOutOfRangeException(nameof(most), most, $"The greatest time must be above {least} and at most 1.");
        (_inner, Least, Most) = (inner, least, most);
    }

    /// <summary>The least time.</summary>
    public double Least { get; }

    /// <summary>The greatest time.</summary>
    public double Most { get; }

    /// <inheritdoc/>
    public override Tensor FromUniform(Tensor u)
    {
        using var scope = NewDisposeScope();
        return (Least + (Most - Least) * _inner.FromUniform(u)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override double Density(double t) => _inner.Density((t - Least) / (Most - Least)) / (Most - Least);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{_inner}, within [{Least}, {Most}]");

    /// <inheritdoc/>
    protected internal override Tensor Draw(long count, Device device, Generator? generator) => _inner.Draw(count, device, generator);
}
