namespace Dit.Core;

/// <summary>Settings of AdamW (Loshchilov and Hutter 2019). The defaults are the official DiT's.</summary>
public sealed record AdamWOptions
{
    /// <value>Learning rate after warm-up. Default 1e-4.</value>
    public double LearningRate { get; init; } = 1e-4;

    /// <value>Decay of the first moment. Default 0.9.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <value>Decay of the second moment. Default 0.999.</value>
    public double Beta2 { get; init; } = 0.999;

    /// <value>Added to the root of the second moment. Default 1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;

    /// <value>Decoupled weight decay. Default 0.</value>
    public double WeightDecay { get; init; }

    internal void Validate(Problems problems)
    {
        problems.Require(LearningRate >= 0 && double.IsFinite(LearningRate),
            Problems.Invariant($"Optimizer.LearningRate is {LearningRate}; it must be finite and not negative."));
        problems.Require(Beta1 is >= 0 and < 1, Problems.Invariant($"Optimizer.Beta1 is {Beta1}; it must be at least 0 and less than 1."));
        problems.Require(Beta2 is >= 0 and < 1, Problems.Invariant($"Optimizer.Beta2 is {Beta2}; it must be at least 0 and less than 1."));
        problems.Require(Epsilon > 0 && double.IsFinite(Epsilon), Problems.Invariant($"Optimizer.Epsilon is {Epsilon}; it must be positive."));
        problems.Require(WeightDecay >= 0 && double.IsFinite(WeightDecay),
            Problems.Invariant($"Optimizer.WeightDecay is {WeightDecay}; it must be finite and not negative."));
    }
}
