using TorchSharp.Utils;

namespace TorchSharp;

/// <summary>What losses of 2 inputs with weights share.</summary>
/// <typeparam name="T1">The type of input 1.</typeparam>
/// <typeparam name="T2">The type of input 2.</typeparam>
/// <typeparam name="TResult">The type of the result.</typeparam>
public abstract class WeightedLoss<T1, T2, TResult> : Loss<T1, T2, TResult>
{
    /// <summary>Creates the loss.</summary>
    /// <param name="weight">The weights, or null.</param>
    /// <param name="reduction">How the losses of the elements are combined.</param>
    public WeightedLoss(torch.Tensor? weight = null, torch.nn.Reduction reduction = torch.nn.Reduction.Mean) : base(reduction) => this.weight = weight;

    /// <summary>The weights, or null.</summary>
    [field: ComponentName(Name = nameof(weight))]
    public torch.Tensor? weight { get; }
}
