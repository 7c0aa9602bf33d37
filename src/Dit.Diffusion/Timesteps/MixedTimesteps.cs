using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Some times drawn evenly, the others from a density. <see cref="TimestepExtensions.MixedWithUniform"/> makes it.</summary>
public sealed class MixedTimesteps : TimestepDensity
{
    private readonly TimestepDensity _inner;

    internal MixedTimesteps(TimestepDensity inner, double share)
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (share is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "The share of uniform times must be above 0 and below 1.");
        (_inner, Share) = (inner, share);
    }

    /// <summary>How many of the times are uniform.</summary>
    public double Share { get; }

    /// <summary>The numbers below the share become uniform times, the others times of the density; each part keeps the order of its numbers.</summary>
    /// <inheritdoc/>
    public override Tensor FromUniform(Tensor u)
    {
        ArgumentNullException.ThrowIfNull(u);
        using var scope = NewDisposeScope();
        var others = _inner.FromUniform(((u - Share) / (1 - Share)).clamp(0, 1));
        return where(u < Share, u / Share, others).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override double Density(double t) => t is >= 0 and <= 1 ? Share + (1 - Share) * _inner.Density(t) : 0;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{_inner}, {Share:0.##%} uniform");

    /// <inheritdoc/>
    protected internal override Tensor Draw(long count, Device device, Generator? generator) => _inner.Draw(count, device, generator);
}
