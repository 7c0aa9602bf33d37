using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Settings of stochastic gradient descent with momentum.</summary>
public sealed record SgdOptions : OptimizerSettings
{
    /// <value>How much of the last step is kept. Default 0.9.</value>
    public double Momentum { get; init; } = 0.9;

    /// <value>Whether the gradient is looked up ahead (Nesterov). Default <see langword="false"/>.</value>
    public bool Nesterov { get; init; }

    internal override OptimizerHelper Create(Parameter[] decayed, Parameter[] kept) => optim.SGD(
        new (Parameter[] Parameters, double Decay)[] { (decayed, WeightDecay), (kept, 0) }.Where(group => group.Parameters.Length > 0)
            .Select(group => new SGD.ParamGroup(group.Parameters, LearningRate, Momentum, weight_decay: group.Decay, nesterov: Nesterov)),
        LearningRate, Momentum, weight_decay: WeightDecay, nesterov: Nesterov);

    internal override IEnumerable<(string Name, Tensor Value)> Tensors(OptimizerState state, Parameter parameter)
    {
        var sgd = (SGD.State)state;
        if (Momentum == 0)
            yield break;
        // A first step with an empty buffer starts it at the gradient, as one with zeros does.
        sgd.momentum_buffer ??= zeros_like(parameter).DetachFromDisposeScope();
        yield return ("momentum_buffer", sgd.momentum_buffer);
    }

    internal override void Validate(Problems problems)
    {
        base.Validate(problems);
        problems.Require(Momentum is >= 0 and < 1, Problems.Invariant($"Optimizer.Momentum is {Momentum}; it must be at least 0 and less than 1."));
        problems.Require(!Nesterov || Momentum > 0, "Optimizer.Nesterov needs a Momentum above 0.");
    }
}
