using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Settings of AdamW (Loshchilov and Hutter 2019): decay is apart from the gradient. The defaults are the official DiT's.</summary>
public sealed record AdamWOptions : OptimizerSettings
{
    /// <value>Decay of the first moment. Default 0.9.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <value>Decay of the second moment. Default 0.999.</value>
    public double Beta2 { get; init; } = 0.999;

    /// <value>Added to the root of the second moment. Default 1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;

    internal override OptimizerHelper Create(Parameter[] decayed, Parameter[] kept) => optim.AdamW(
        new (Parameter[] Parameters, double Decay)[] { (decayed, WeightDecay), (kept, 0) }.Where(group => group.Parameters.Length > 0)
            .Select(group => new AdamW.ParamGroup(group.Parameters, LearningRate, Beta1, Beta2, Epsilon, group.Decay)),
        LearningRate, Beta1, Beta2, Epsilon, WeightDecay);

    internal override IEnumerable<(string Name, Tensor Value)> Tensors(OptimizerState state, Parameter parameter) =>
        [("exp_avg", ((AdamW.State)state).exp_avg), ("exp_avg_sq", ((AdamW.State)state).exp_avg_sq)];

    internal override long? Steps(OptimizerState state) => ((AdamW.State)state).step;

    internal override void SetSteps(OptimizerState state, long steps) => ((AdamW.State)state).step = steps;

    internal override void Validate(Problems problems)
    {
        base.Validate(problems);
        AdamOptions.Validate(problems, Beta1, Beta2, Epsilon);
    }
}
