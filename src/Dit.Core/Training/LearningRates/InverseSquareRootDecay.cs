namespace Dit.Core;

/// <summary>The learning rate stays for a while and then falls as one over the root of the steps (EDM2: Karras et al. 2024, equation 67).</summary>
/// <param name="Reference">Steps after the warm-up until it begins to fall.</param>
public sealed record InverseSquareRootDecay(long Reference) : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double Factor(long step) => 1 / Math.Sqrt(Math.Max(1.0, (step + 1) / (double)Reference));

    internal override void Validate(Problems problems) =>
        problems.Require(Reference > 0, $"InverseSquareRootDecay.Reference is {Reference}; it must be positive.");
}
