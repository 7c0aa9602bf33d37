namespace Dit.Core;

/// <summary>The same decay throughout: the official DiT's. After fewer than 1 / (1 - decay) steps it is mostly the initial weights.</summary>
/// <param name="Rate">Weight of the past, at least 0 and less than 1. Default 0.9999.</param>
public sealed record ConstantEma(double Rate = 0.9999) : EmaProfile
{
    /// <inheritdoc/>
    public override double Decay(long update) => Rate;

    internal override void Validate(Problems problems) =>
        problems.Require(Rate is >= 0 and < 1, Problems.Invariant($"ConstantEma.Rate is {Rate}; it must be at least 0 and less than 1."));
}
