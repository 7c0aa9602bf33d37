namespace TorchSharp;

/// <summary>What losses of 2 inputs share.</summary>
/// <typeparam name="T1">The type of input 1.</typeparam>
/// <typeparam name="T2">The type of input 2.</typeparam>
/// <typeparam name="TResult">The type of the result.</typeparam>
public abstract class Loss<T1, T2, TResult> : torch.nn.Module<T1, T2, TResult>
{
    /// <summary>Creates the loss.</summary>
    /// <param name="reduction">How the losses of the elements are combined.</param>
    public Loss(torch.nn.Reduction reduction = torch.nn.Reduction.Mean) : base(nameof(Loss<T1, T2, TResult>)) => this.reduction = reduction;

    /// <summary>How the losses of the elements are combined.</summary>
    public torch.nn.Reduction reduction { get; }
}
