using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>A mode in the middle that never lets go of the ends: t = 1 - u - scale (cos^2(pi u / 2) - 1 + u), u ~ U(0, 1) (SD3, section 3.1).</summary>
public sealed class ModeTimesteps : TimestepDensity
{
    private const double LargestScale = 2 / (Math.PI - 2);

    /// <param name="scale">Above 0 the middle is drawn more often, below 0 the ends; within [-1, 2 / (pi - 2)]. Default 1.29, SD3's choice.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is out of range: the density would be negative somewhere.</exception>
    public ModeTimesteps(double scale = 1.29)
    {
        if (scale is not (>= -1 and <= LargestScale))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, $"The scale must be from -1 to 2 / (pi - 2) = {LargestScale:0.000}.");
        Scale = scale;
    }

    /// <summary>How strongly the middle is preferred.</summary>
    public double Scale { get; }

    /// <inheritdoc/>
    public override Tensor FromUniform(Tensor u)
    {
        ArgumentNullException.ThrowIfNull(u);
        using var scope = NewDisposeScope();
        return (1 - u - Scale * ((Math.PI / 2 * u).cos().square() - 1 + u)).clamp(0, 1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override double Density(double t)
    {
        if (t is not (>= 0 and <= 1)) return 0;
        var (low, high) = (0.0, 1.0);                                              // the formula falls with u
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            var cosine = double.CosPi(middle / 2);
            if (1 - middle - Scale * (cosine * cosine - 1 + middle) > t) low = middle;
            else high = middle;
        }
        return 1 / (1 + Scale * (1 - Math.PI / 2 * double.SinPi(low)));
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"mode (scale {Scale})");
}
