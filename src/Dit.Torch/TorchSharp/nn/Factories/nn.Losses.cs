using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>(input - target)^2.</summary>
        /// <param name="reduction">How the losses of the elements are combined.</param>
        public static MSELoss MSELoss(Reduction reduction = Reduction.Mean) => new(reduction);

        /// <summary>|input - target|.</summary>
        /// <param name="reduction">How the losses of the elements are combined.</param>
        public static L1Loss L1Loss(Reduction reduction = Reduction.Mean) => new(reduction);

        /// <summary>d^2 / (2 beta) for |d| below beta, |d| - beta / 2 above.</summary>
        /// <param name="reduction">How the losses of the elements are combined.</param>
        /// <param name="beta">Where the parabola ends.</param>
        public static SmoothL1Loss SmoothL1Loss(Reduction reduction = Reduction.Mean, double beta = 1) => new(reduction, beta);

        /// <summary>d^2 / 2 for |d| below delta, delta (|d| - delta / 2) above.</summary>
        /// <param name="delta">Where the parabola ends.</param>
        /// <param name="reduction">How the losses of the elements are combined.</param>
        public static HuberLoss HuberLoss(double delta = 1, Reduction reduction = Reduction.Mean) => new(delta, reduction);

        /// <summary>The Kullback-Leibler divergence of log-probabilities.</summary>
        /// <param name="log_target">Whether the target holds log-probabilities, too.</param>
        /// <param name="reduction">How the losses of the elements are combined.</param>
        public static KLDivLoss KLDivLoss(bool log_target = true, Reduction reduction = Reduction.Mean) => new(log_target, reduction);

        /// <summary>The negative logarithm of the softmax at the target.</summary>
        /// <param name="weight">A weight for each class or element, or null.</param>
        /// <param name="ignore_index">The target that does not count, or null.</param>
        /// <param name="reduction">How the losses of the elements are combined.</param>
        public static CrossEntropyLoss CrossEntropyLoss(Tensor? weight = null, long? ignore_index = null, Reduction reduction = Reduction.Mean) =>
            new(weight, ignore_index, reduction);

        /// <summary>The negative log-probability at the target.</summary>
        /// <param name="weight">A weight for each class or element, or null.</param>
        /// <param name="reduction">How the losses of the elements are combined.</param>
        public static NLLLoss NLLLoss(Tensor? weight = null, Reduction reduction = Reduction.Mean) => new(weight, reduction);

        /// <summary>The cross entropy of two-valued variables.</summary>
        /// <param name="weight">A weight for each class or element, or null.</param>
        /// <param name="reduction">How the losses of the elements are combined.</param>
        public static BCELoss BCELoss(Tensor? weight = null, Reduction reduction = Reduction.Mean) => new(weight, reduction);

        /// <summary>The cross entropy of two-valued variables, from logits.</summary>
        /// <param name="weight">A weight for each class or element, or null.</param>
        /// <param name="reduction">How the losses of the elements are combined.</param>
        /// <param name="pos_weights">A weight of the positive case for each class, or null.</param>
        public static BCEWithLogitsLoss BCEWithLogitsLoss(Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) =>
            new(weight, reduction, pos_weights);
    }
}
