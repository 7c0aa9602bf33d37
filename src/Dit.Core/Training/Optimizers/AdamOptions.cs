using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Settings of Adam (Kingma and Ba 2015): decay is part of the gradient. The panda's, with a learning rate of 1e-6.</summary>
public sealed record AdamOptions : OptimizerSettings
{
    /// <value>Decay of the first moment. Default 0.9.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <value>Decay of the second moment. Default 0.999.</value>
    public double Beta2 { get; init; } = 0.999;

    /// <value>Added to the root of the second moment. Default 1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;

    internal override OptimizerHelper Create(Parameter[] decayed, Parameter[] kept) => optim.Adam(
        new (Parameter[] Parameters, double Decay)[] { (decayed, WeightDecay), (kept, 0) }.Where(group => group.Parameters.Length > 0)
            .Select(group => new Adam.ParamGroup(group.Parameters, LearningRate, Beta1, Beta2, Epsilon, group.Decay)),
        LearningRate, Beta1, Beta2, Epsilon, WeightDecay);

    internal override IEnumerable<(string Name, Tensor Value)> Tensors(OptimizerState state, Parameter parameter) =>
        [("exp_avg", ((Adam.State)state).exp_avg), ("exp_avg_sq", ((Adam.State)state).exp_avg_sq)];

    internal override long? Steps(OptimizerState state) => ((Adam.State)state).step;

    internal override void SetSteps(OptimizerState state, long steps) => ((Adam.State)state).step = steps;

    internal override void Validate(Problems problems)
    {
        base.Validate(problems);
        Validate(problems, Beta1, Beta2, Epsilon);
    }

    internal static void Validate(Problems problems, double beta1, double beta2, double epsilon)
    {
        problems.Require(beta1 is >= 0 and < 1, Problems.Invariant($"Optimizer.Beta1 is {beta1}; it must be at least 0 and less than 1."));
        problems.Require(beta2 is >= 0 and < 1, Problems.Invariant($"Optimizer.Beta2 is {beta2}; it must be at least 0 and less than 1."));
        problems.Require(epsilon > 0 && double.IsFinite(epsilon), Problems.Invariant($"Optimizer.Epsilon is {epsilon}; it must be positive."));
    }
}
