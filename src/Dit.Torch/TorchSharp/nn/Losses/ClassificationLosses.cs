using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>The negative logarithm of the softmax at the target.</summary>
public sealed class CrossEntropyLoss : WeightedLoss<Tensor, Tensor, Tensor>
{
    /// <summary>Creates the loss.</summary>
    /// <param name="weight">A weight for each class or element, or null.</param>
    /// <param name="ignore_index">The target that does not count, or null.</param>
    /// <param name="reduction">How the losses of the elements are combined.</param>
    /// <param name="label_smoothing">The share of the target spread over all classes.</param>
    public CrossEntropyLoss(Tensor? weight = null, long? ignore_index = null, Reduction reduction = Reduction.Mean, double label_smoothing = 0.0)
        : base(weight, reduction) =>
        (this.ignore_index, this.label_smoothing) = (ignore_index, label_smoothing);

    /// <summary>The target that does not count, or null.</summary>
    public long? ignore_index { get; }

    /// <summary>The share of the target spread over all classes.</summary>
    public double label_smoothing { get; }

    /// <summary>The loss of a prediction.</summary>
    /// <param name="input">What was predicted.</param>
    /// <param name="target">What was wanted.</param>
    public override Tensor forward(Tensor input, Tensor target) =>
        functional.cross_entropy(input, target, weight, ignore_index ?? -100, reduction, label_smoothing);
}

/// <summary>The negative log-probability at the target.</summary>
public sealed class NLLLoss : WeightedLoss<Tensor, Tensor, Tensor>
{
    /// <summary>Creates the loss.</summary>
    /// <param name="weight">A weight for each class or element, or null.</param>
    /// <param name="reduction">How the losses of the elements are combined.</param>
    public NLLLoss(Tensor? weight = null, Reduction reduction = Reduction.Mean) : base(weight, reduction) { }

    /// <summary>The loss of a prediction.</summary>
    /// <param name="input">What was predicted.</param>
    /// <param name="target">What was wanted.</param>
    public override Tensor forward(Tensor input, Tensor target) => functional.nll_loss(input, target, weight, reduction);
}

/// <summary>The cross entropy of two-valued variables.</summary>
public sealed class BCELoss : WeightedLoss<Tensor, Tensor, Tensor>
{
    /// <summary>Creates the loss.</summary>
    /// <param name="weight">A weight for each class or element, or null.</param>
    /// <param name="reduction">How the losses of the elements are combined.</param>
    public BCELoss(Tensor? weight = null, Reduction reduction = Reduction.Mean) : base(weight, reduction) { }

    /// <summary>The loss of a prediction.</summary>
    /// <param name="input">What was predicted.</param>
    /// <param name="target">What was wanted.</param>
    public override Tensor forward(Tensor input, Tensor target) => functional.binary_cross_entropy(input, target, weight, reduction);
}

/// <summary>The cross entropy of two-valued variables, from logits.</summary>
public sealed class BCEWithLogitsLoss : WeightedLoss<Tensor, Tensor, Tensor>
{
    /// <summary>Creates the loss.</summary>
    /// <param name="weight">A weight for each class or element, or null.</param>
    /// <param name="reduction">How the losses of the elements are combined.</param>
    /// <param name="pos_weights">A weight of the positive case for each class, or null.</param>
    public BCEWithLogitsLoss(Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null)
        : base(weight, reduction) => this.pos_weights = pos_weights;

    /// <summary>A weight of the positive case for each class, or null.</summary>
    [field: ComponentName(Name = nameof(pos_weights))]
    public Tensor? pos_weights { get; }

    /// <summary>The loss of a prediction.</summary>
    /// <param name="input">What was predicted.</param>
    /// <param name="target">What was wanted.</param>
    public override Tensor forward(Tensor input, Tensor target) => functional.binary_cross_entropy_with_logits(input, target, weight, reduction, pos_weights);
}
