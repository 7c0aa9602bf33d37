namespace Dit.Core;

/// <summary>The learning rate stays as it is: the official DiT's.</summary>
public sealed record ConstantRate : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double Factor(long step) => 1;
}
