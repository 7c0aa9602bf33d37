namespace Dit.Core;

/// <summary>A power function of time (EDM2: Karras et al. 2024, section 3.1): the average remembers a fixed share of the training so far.</summary>
/// <remarks>From snapshots of two such averages <see cref="PosthocEma"/> makes any other afterwards.</remarks>
/// <param name="Width">The deviation of the profile, relative to the length of the training; in (0, 0.28). EDM2's are 0.05 and 0.1.</param>
public sealed record PowerEma(double Width) : EmaProfile
{
    /// <value>The exponent of the profile.</value>
    [System.Text.Json.Serialization.JsonIgnore]
    public double Gamma => GammaOf(Width);

    /// <inheritdoc/>
    public override double Decay(long update) => Math.Pow(1 - 1.0 / update, Gamma + 1);

    /// <summary>The exponent of a profile: the largest root of g^3 + 7 g^2 + (16 - s^-2) g + (12 - s^-2).</summary>
    internal static double GammaOf(double width)
    {
        var inverse = 1 / (width * width);
        var (low, high) = (0.0, 1 / width + 10);                          // negative at 0 for the widths that there are, positive far out
        for (var i = 0; i < 200; i++)
        {
            var middle = (low + high) / 2;
            if (((middle + 7) * middle + 16 - inverse) * middle + 12 - inverse > 0)
                high = middle;
            else
                low = middle;
        }
        return (low + high) / 2;
    }

    internal override void Validate(Problems problems) =>
        problems.Require(Width is > 0 and < 0.28, Problems.Invariant($"PowerEma.Width is {Width}; it must be above 0 and below 0.28."));
}
