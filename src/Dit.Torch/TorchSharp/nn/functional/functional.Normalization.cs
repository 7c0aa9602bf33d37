using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Zero mean and unit variance over the last dimensions.</summary>
            /// <param name="input">The tensor.</param>
            /// <param name="normalized_shape">Their sizes.</param>
            /// <param name="weight">Scales, or null.</param>
            /// <param name="bias">Shifts, or null.</param>
            /// <param name="eps">Added to the variance.</param>
            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                Operator.Call("aten::layer_norm", Required(input), normalized_shape, weight, bias, eps);

            /// <summary>Zero mean and unit variance over groups of channels.</summary>
            /// <param name="input">[B, C, ...].</param>
            /// <param name="num_groups">The number of groups, a divisor of the number of channels.</param>
            /// <param name="weight">Scales, or null.</param>
            /// <param name="bias">Shifts, or null.</param>
            /// <param name="eps">Added to the variance.</param>
            public static Tensor group_norm(Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                Operator.Call("aten::group_norm", Required(input), num_groups, weight, bias, eps);

            /// <summary>Zero mean and unit variance of each channel over the batch.</summary>
            /// <param name="input">[B, C, ...].</param>
            /// <param name="running_mean">Running means, updated in training, or null.</param>
            /// <param name="running_var">Running variances, updated in training, or null.</param>
            /// <param name="weight">Scales, or null.</param>
            /// <param name="bias">Shifts, or null.</param>
            /// <param name="training">Whether the statistics are those of this batch.</param>
            /// <param name="momentum">The weight of this batch in the running statistics.</param>
            /// <param name="eps">Added to the variance.</param>
            public static Tensor batch_norm(Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight = null, Tensor? bias = null,
                bool training = false, double momentum = 0.1, double eps = 1e-5) =>
                Operator.Call("aten::batch_norm", Required(input), weight, bias, running_mean, running_var, training, momentum, eps, true);

            /// <summary>Zero mean and unit variance of each channel of each image.</summary>
            /// <param name="input">[B, C, ...].</param>
            /// <param name="running_mean">Running means, updated in training, or null.</param>
            /// <param name="running_var">Running variances, updated in training, or null.</param>
            /// <param name="weight">Scales, or null.</param>
            /// <param name="bias">Shifts, or null.</param>
            /// <param name="use_input_stats">Whether the statistics are those of the input.</param>
            /// <param name="momentum">The weight of this batch in the running statistics.</param>
            /// <param name="eps">Added to the variance.</param>
            public static Tensor instance_norm(Tensor input, Tensor? running_mean = null, Tensor? running_var = null, Tensor? weight = null,
                Tensor? bias = null, bool use_input_stats = true, double momentum = 0.1, double eps = 1e-5) =>
                Operator.Call("aten::instance_norm", Required(input), weight, bias, running_mean, running_var, use_input_stats, momentum, eps, true);

            /// <summary>Zeros elements at random and scales the others by 1 / (1 - p).</summary>
            /// <param name="input">The tensor.</param>
            /// <param name="p">The probability of a zero.</param>
            /// <param name="training">False returns the input.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                Pointwise("aten::dropout", inplace, input, Probability(p), training);

            /// <summary>Zeros channels at random and scales the others by 1 / (1 - p).</summary>
            /// <param name="input">The tensor.</param>
            /// <param name="p">The probability of a zero.</param>
            /// <param name="training">False returns the input.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor dropout1d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                Pointwise("aten::feature_dropout", inplace, input, Probability(p), training);

            /// <summary>Zeros channels at random and scales the others by 1 / (1 - p).</summary>
            /// <param name="input">The tensor.</param>
            /// <param name="p">The probability of a zero.</param>
            /// <param name="training">False returns the input.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                Pointwise("aten::feature_dropout", inplace, input, Probability(p), training);

            /// <summary>Zeros channels at random and scales the others by 1 / (1 - p).</summary>
            /// <param name="input">The tensor.</param>
            /// <param name="p">The probability of a zero.</param>
            /// <param name="training">False returns the input.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor dropout3d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                Pointwise("aten::feature_dropout", inplace, input, Probability(p), training);

            /// <summary>softmax(q k^T / sqrt(D) + mask) v.</summary>
            /// <param name="query">[..., T, D].</param>
            /// <param name="key">[..., S, D].</param>
            /// <param name="value">[..., S, D].</param>
            /// <param name="attn_mask">Added to the scores, or (bool) true where attention is allowed; broadcasts to [..., T, S].</param>
            /// <param name="p">The probability of dropping an attention weight.</param>
            /// <param name="is_casual">Whether position t sees only positions up to t.</param>
            /// <returns>[..., T, D].</returns>
            public static Tensor scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0,
                bool is_casual = false)
            {
                Probability(p);
                if (is_casual && attn_mask is not null) throw new ArgumentException("A causal attention takes no mask.", nameof(attn_mask));
                if (Operator.Exists("aten::scaled_dot_product_attention"))
                    return Operator.Call("aten::scaled_dot_product_attention", Required(query), Required(key), Required(value), attn_mask, p, is_casual);
                var results = Operator.CallTuple("aten::_scaled_dot_product_attention", Required(query), Required(key), Required(value), attn_mask, p, false,
                    is_casual);
                results[1]?.Dispose();   // libtorch 1.13 can return the attention weights, too
                return results[0]!;
            }

            private static double Probability(double p)
            {
                if (p is >= 0 and <= 1) return p;
                throw new ArgumentOutOfRangeException(nameof(p), p, "A probability lies between 0 and 1.");
            }
        }
    }
}
