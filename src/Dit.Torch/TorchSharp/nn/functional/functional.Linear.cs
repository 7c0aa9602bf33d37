using Dit.Torch;
using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>The modules' computations as functions without state.</summary>
        public static partial class functional
        {
            /// <summary>x W^T + b.</summary>
            /// <param name="input">[..., in].</param>
            /// <param name="weights">[out, in].</param>
            /// <param name="bias">[out], or null.</param>
            /// <returns>[..., out].</returns>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) =>
                Operator.Call(FusedOps.Enabled ? "dit::linear" : "aten::linear", Required(input), Required(weights), bias);

            /// <summary>x1^T W x2 + b for every output.</summary>
            /// <param name="input1">[..., in1].</param>
            /// <param name="input2">[..., in2].</param>
            /// <param name="weight">[out, in1, in2].</param>
            /// <param name="bias">[out], or null.</param>
            public static Tensor bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias = null) =>
                Operator.Call("aten::bilinear", Required(input1), Required(input2), Required(weight), bias);

            /// <summary>Integers as unit vectors.</summary>
            /// <param name="x">Class indices, int64 of any shape.</param>
            /// <param name="num_classes">The length of the vectors; -1 takes one more than the greatest index.</param>
            /// <returns>int64 of x's shape with one dimension more.</returns>
            public static Tensor one_hot(Tensor x, long num_classes = -1) => Operator.Call("aten::one_hot", Required(x), num_classes);

            /// <summary>x / max(|x|_p, eps) along a dimension.</summary>
            /// <param name="input">The tensor.</param>
            /// <param name="p">The norm's exponent.</param>
            /// <param name="dim">The dimension.</param>
            /// <param name="eps">The least divisor.</param>
            public static Tensor normalize(Tensor input, double p = 2, long dim = 1, double eps = 1e-12)
            {
                using var norm = Operator.Call("aten::norm.ScalarOpt_dim", Required(input), p, new[] { dim }, true);
                using var divisor = Operator.Call("aten::clamp_min", norm, eps);
                return Operator.Call("aten::div.Tensor", input, divisor);
            }

            /// <summary>The cosine of the angle between vectors.</summary>
            /// <param name="x1">The first vectors.</param>
            /// <param name="x2">The second vectors.</param>
            /// <param name="dim">The dimension of their components.</param>
            /// <param name="eps">The least divisor.</param>
            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1e-8) =>
                Operator.Call("aten::cosine_similarity", Required(x1), Required(x2), dim, eps);

            private static Tensor Required(Tensor? tensor, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(tensor))] string? name = null)
            {
                ArgumentNullException.ThrowIfNull(tensor, name);
                return tensor;
            }

            /// <summary>Calls an operator, or (inplace) the one with an underscore after its name: then the result is another reference to the input.</summary>
            private static Tensor Pointwise(string name, bool inplace, Tensor? x, params ReadOnlySpan<Argument> rest)
            {
                if (inplace) name += "_";
                return rest.IsEmpty ? Operator.Call(name, Required(x)) : Operator.Call(name, [Required(x), .. rest]);
            }
        }
    }
}
