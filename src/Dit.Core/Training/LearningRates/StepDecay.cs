namespace Dit.Core;

/// <summary>The learning rate falls by a factor every so many steps.</summary>
/// <param name="Every">Steps from one fall to the next.</param>
/// <param name="Gamma">The factor of each fall, in (0, 1]. Default 0.1.</param>
public sealed record StepDecay(long Every, double Gamma = 0.1) : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double Factor(long step) => Math.Pow(Gamma, step / Every);

    internal override void Validate(Problems problems)
    {
        problems.Require(Every > 0, $"StepDecay.Every is {Every}; it must be positive.");
        problems.Require(Gamma is > 0 and <= 1, Problems.Invariant($"StepDecay.Gamma is {Gamma}; it must be above 0 and at most 1."));
    }
}
