namespace Dit.Core;

/// <summary>A decay that rises from 0, so that a short training's average is of its own weights (diffusers' <c>EMAModel</c>).</summary>
public sealed record WarmupEma : EmaProfile
{
    /// <value>The decay that it rises to. Default 0.9999.</value>
    public double Rate { get; init; } = 0.9999;

    /// <value>The decay is at least this once it has begun. Default 0.</value>
    public double Least { get; init; }

    /// <value>The exponent of 1 - (1 + n / <see cref="InverseGamma"/>)^-Power; 2/3 for a million steps or more, 3/4 for fewer. <see langword="null"/> for (1 + n) / (10 + n). Default 2/3.</value>
    public double? Power { get; init; } = 2.0 / 3;

    /// <value>How slowly it rises. Default 1.</value>
    public double InverseGamma { get; init; } = 1;

    /// <value>Updates at the start in which the average follows the parameters. Default 0.</value>
    public long After { get; init; }

    /// <inheritdoc/>
    public override double Decay(long update)
    {
        var n = update - After - 1;
        if (n <= 0)
            return 0;
        var rising = Power is { } power ? 1 - Math.Pow(1 + n / InverseGamma, -power) : (1.0 + n) / (10 + n);
        return Math.Max(Least, Math.Min(Rate, rising));
    }

    internal override void Validate(Problems problems)
    {
        problems.Require(Rate is >= 0 and < 1, Problems.Invariant($"WarmupEma.Rate is {Rate}; it must be at least 0 and less than 1."));
        problems.Require(Least >= 0 && Least <= Rate, Problems.Invariant($"WarmupEma.Least is {Least}; it must be from 0 to Rate."));
        problems.Require(Power is null or > 0, Problems.Invariant($"WarmupEma.Power is {Power}; it must be positive."));
        problems.Require(InverseGamma > 0, Problems.Invariant($"WarmupEma.InverseGamma is {InverseGamma}; it must be positive."));
        problems.Require(After >= 0, $"WarmupEma.After is {After}; it must not be negative.");
    }
}
