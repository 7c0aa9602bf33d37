namespace Dit.Core;

/// <summary>How the loss is scaled so that gradients in float16 neither vanish nor overflow (Micikevicius et al. 2018). The defaults are PyTorch's GradScaler's.</summary>
public sealed record LossScaling
{
    /// <value>The first factor. Default 65536.</value>
    public double InitialScale { get; init; } = 65536;

    /// <value>What the factor is multiplied by after <see cref="GrowthInterval"/> steps in a row without an overflow. Default 2.</value>
    public double GrowthFactor { get; init; } = 2;

    /// <value>What the factor is multiplied by after an overflow. Default 0.5.</value>
    public double BackoffFactor { get; init; } = 0.5;

    /// <value>Steps in a row without an overflow until the factor grows. Default 2000.</value>
    public int GrowthInterval { get; init; } = 2000;

    internal void Validate(Problems problems)
    {
        problems.Require(InitialScale > 0 && float.IsFinite((float)InitialScale),
            Problems.Invariant($"LossScaling.InitialScale is {InitialScale}; it must be positive and a float32."));
        problems.Require(GrowthFactor > 1 && double.IsFinite(GrowthFactor), Problems.Invariant($"LossScaling.GrowthFactor is {GrowthFactor}; it must be above 1."));
        problems.Require(BackoffFactor is > 0 and < 1, Problems.Invariant($"LossScaling.BackoffFactor is {BackoffFactor}; it must be above 0 and below 1."));
        problems.Require(GrowthInterval > 0, $"LossScaling.GrowthInterval is {GrowthInterval}; it must be positive.");
    }
}
