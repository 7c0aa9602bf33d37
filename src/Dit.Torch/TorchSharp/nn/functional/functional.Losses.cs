using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>(input - target)^2.</summary>
            /// <param name="input">What was predicted.</param>
            /// <param name="target">What was wanted.</param>
            /// <param name="reduction">How the losses of the elements are combined.</param>
            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Operator.Call("aten::mse_loss", Required(input), Required(target), (long)reduction);

            /// <summary>|input - target|.</summary>
            /// <param name="input">What was predicted.</param>
            /// <param name="target">What was wanted.</param>
            /// <param name="reduction">How the losses of the elements are combined.</param>
            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Operator.Call("aten::l1_loss", Required(input), Required(target), (long)reduction);

            /// <summary>d^2 / (2 beta) for |d| below beta, |d| - beta / 2 above.</summary>
            /// <param name="input">What was predicted.</param>
            /// <param name="target">What was wanted.</param>
            /// <param name="reduction">How the losses of the elements are combined.</param>
            /// <param name="beta">Where the parabola ends.</param>
            public static Tensor smooth_l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1) =>
                Operator.Call("aten::smooth_l1_loss", Required(input), Required(target), (long)reduction, beta);

            /// <summary>d^2 / 2 for |d| below delta, delta (|d| - delta / 2) above.</summary>
            /// <param name="input">What was predicted.</param>
            /// <param name="target">What was wanted.</param>
            /// <param name="delta">Where the parabola ends.</param>
            /// <param name="reduction">How the losses of the elements are combined.</param>
            public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1, Reduction reduction = Reduction.Mean) =>
                Operator.Call("aten::huber_loss", Required(input), Required(target), (long)reduction, delta);

            /// <summary>The negative logarithm of the softmax at the target.</summary>
            /// <param name="input">Logits, [B, C, ...].</param>
            /// <param name="target">Class indices, int64 [B, ...], or probabilities of the input's shape.</param>
            /// <param name="weight">A weight for each class or element, or null.</param>
            /// <param name="ignore_index">The target that does not count.</param>
            /// <param name="reduction">How the losses of the elements are combined.</param>
            /// <param name="label_smoothing">The share of the target spread over all classes.</param>
            public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100,
                Reduction reduction = Reduction.Mean, double label_smoothing = 0.0) =>
                Operator.Call("aten::cross_entropy_loss", Required(input), Required(target), weight, (long)reduction, ignore_index, label_smoothing);

            /// <summary>The negative log-probability at the target.</summary>
            /// <param name="input">Log-probabilities, [B, C, ...].</param>
            /// <param name="target">Class indices, int64 [B, ...].</param>
            /// <param name="weight">A weight for each class or element, or null.</param>
            /// <param name="reduction">How the losses of the elements are combined.</param>
            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Operator.Call("aten::nll_loss_nd", Required(input), Required(target), weight, (long)reduction);

            /// <summary>The cross entropy of two-valued variables.</summary>
            /// <param name="input">Probabilities.</param>
            /// <param name="target">What was wanted.</param>
            /// <param name="weight">A weight for each class or element, or null.</param>
            /// <param name="reduction">How the losses of the elements are combined.</param>
            public static Tensor binary_cross_entropy(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Operator.Call("aten::binary_cross_entropy", Required(input), Required(target), weight, (long)reduction);

            /// <summary>The cross entropy of two-valued variables, from logits.</summary>
            /// <param name="input">Logits.</param>
            /// <param name="target">What was wanted.</param>
            /// <param name="weight">A weight for each class or element, or null.</param>
            /// <param name="reduction">How the losses of the elements are combined.</param>
            /// <param name="pos_weights">A weight of the positive case for each class, or null.</param>
            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean,
                Tensor? pos_weights = null) =>
                Operator.Call("aten::binary_cross_entropy_with_logits", Required(input), Required(target), weight, pos_weights, (long)reduction);

            /// <summary>The Kullback-Leibler divergence.</summary>
            /// <param name="input">Log-probabilities.</param>
            /// <param name="target">What was wanted.</param>
            /// <param name="log_target">Whether the target holds log-probabilities, too.</param>
            /// <param name="reduction">How the losses of the elements are combined.</param>
            public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, Reduction reduction = Reduction.Mean) =>
                Operator.Call("aten::kl_div", Required(input), Required(target), (long)reduction, log_target);
        }
    }
}
