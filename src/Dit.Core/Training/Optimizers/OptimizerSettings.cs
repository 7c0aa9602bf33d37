using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Which optimizer changes the weights, and how fast.</summary>
[System.Text.Json.Serialization.JsonPolymorphic]
[System.Text.Json.Serialization.JsonDerivedType(typeof(AdamWOptions), "AdamW")]
[System.Text.Json.Serialization.JsonDerivedType(typeof(AdamOptions), "Adam")]
[System.Text.Json.Serialization.JsonDerivedType(typeof(SgdOptions), "SGD")]
public abstract record OptimizerSettings
{
    private protected OptimizerSettings()
    {
    }

    /// <value>Learning rate after warm-up. Default 1e-4.</value>
    public double LearningRate { get; init; } = 1e-4;

    /// <value>Weight decay. Default 0.</value>
    public double WeightDecay { get; init; }

    /// <value>
    /// Whether norms, biases, embeddings, positions and registers decay, too. Default <see langword="false"/>: only the matrices of products do,
    /// as shrinking the others takes away what they are for.
    /// </value>
    public bool DecaysEverything { get; init; }

    /// <summary>Makes the optimizer of parameters that decay and of parameters that do not.</summary>
    internal abstract OptimizerHelper Create(Parameter[] decayed, Parameter[] kept);

    /// <summary>The tensors of a parameter's state by name.</summary>
    internal abstract IEnumerable<(string Name, Tensor Value)> Tensors(OptimizerState state, Parameter parameter);

    /// <summary>How many steps a parameter has taken, where the optimizer counts them.</summary>
    internal virtual long? Steps(OptimizerState state) => null;

    /// <summary>Sets the number of steps that a parameter has taken.</summary>
    internal virtual void SetSteps(OptimizerState state, long steps)
    {
    }

    internal virtual void Validate(Problems problems)
    {
        problems.Require(LearningRate >= 0 && double.IsFinite(LearningRate),
            Problems.Invariant($"Optimizer.LearningRate is {LearningRate}; it must be finite and not negative."));
        problems.Require(WeightDecay >= 0 && double.IsFinite(WeightDecay),
            Problems.Invariant($"Optimizer.WeightDecay is {WeightDecay}; it must be finite and not negative."));
    }
}
