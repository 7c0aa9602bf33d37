using Dit.Torch;
using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>max(x, 0).</summary>
            /// <param name="x">The tensor.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor relu(Tensor x, bool inplace = false) => Pointwise("aten::relu", inplace, x);

            /// <summary>min(max(x, 0), 6).</summary>
            /// <param name="x">The tensor.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor relu6(Tensor x, bool inplace = false) => Pointwise("aten::relu6", inplace, x);

            /// <summary>x where positive, negative_slope x elsewhere.</summary>
            /// <param name="input">The tensor.</param>
            /// <param name="negative_slope">The slope for negative values.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) =>
                Pointwise("aten::leaky_relu", inplace, input, negative_slope);

            /// <summary>x where positive, alpha (exp(x) - 1) elsewhere.</summary>
            /// <param name="x">The tensor.</param>
            /// <param name="alpha">The negative of the limit at minus infinity.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor elu(Tensor x, double alpha, bool inplace = false) => Pointwise("aten::elu", inplace, x, alpha);

            /// <summary>max(x, 0) + min(0, alpha (exp(x / alpha) - 1)).</summary>
            /// <param name="x">The tensor.</param>
            /// <param name="alpha">The negative of the limit at minus infinity.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor celu(Tensor x, double alpha, bool inplace = false) => Pointwise("aten::celu", inplace, x, alpha);

            /// <summary>The self-normalising exponential linear unit.</summary>
            /// <param name="x">The tensor.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor selu(Tensor x, bool inplace = false) => Pointwise("aten::selu", inplace, x);

            /// <summary>x sigmoid(x).</summary>
            /// <param name="x">The tensor.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor silu(Tensor x, bool inplace = false) =>
                !inplace && FusedOps.Enabled ? Operator.Call("dit::silu", Required(x)) : Pointwise("aten::silu", inplace, x);

            /// <summary>x tanh(softplus(x)).</summary>
            /// <param name="x">The tensor.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor mish(Tensor x, bool inplace = false) => Pointwise("aten::mish", inplace, x);

            /// <summary>The hyperbolic tangent.</summary>
            /// <param name="x">The tensor.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor tanh(Tensor x, bool inplace = false) => Pointwise("aten::tanh", inplace, x);

            /// <summary>1 / (1 + exp(-x)).</summary>
            /// <param name="x">The tensor.</param>
            public static Tensor sigmoid(Tensor x) => sigmoid(x, inplace: false);

            /// <summary>1 / (1 + exp(-x)).</summary>
            /// <param name="x">The tensor.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor sigmoid(Tensor x, bool inplace) => Pointwise("aten::sigmoid", inplace, x);

            /// <summary>x relu6(x + 3) / 6.</summary>
            /// <param name="input">The tensor.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor hardswish(Tensor input, bool inplace = false) => Pointwise("aten::hardswish", inplace, input);

            /// <summary>relu6(x + 3) / 6.</summary>
            /// <param name="input">The tensor.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor hardsigmoid(Tensor input, bool inplace = false) => Pointwise("aten::hardsigmoid", inplace, input);

            /// <summary>x held between two values.</summary>
            /// <param name="x">The tensor.</param>
            /// <param name="min_val">The least value.</param>
            /// <param name="max_val">The greatest value.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor hardtanh(Tensor x, double min_val = -1.0, double max_val = 1.0, bool inplace = false) =>
                Pointwise("aten::hardtanh", inplace, x, min_val, max_val);

            /// <summary>log(1 + exp(beta x)) / beta, linear above the threshold.</summary>
            /// <param name="x">The tensor.</param>
            /// <param name="beta">The steepness.</param>
            /// <param name="threshold">beta x above which the function is linear.</param>
            public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) => Operator.Call("aten::softplus", Required(x), beta, threshold);

            /// <summary>log(sigmoid(x)).</summary>
            /// <param name="x">The tensor.</param>
            public static Tensor logsigmoid(Tensor x) => Operator.Call("aten::log_sigmoid", Required(x));

            /// <summary>The first half of a dimension times the sigmoid of its second half.</summary>
            /// <param name="input">The tensor.</param>
            /// <param name="dim">The dimension.</param>
            public static Tensor glu(Tensor input, long dim = -1) => Operator.Call("aten::glu", Required(input), dim);

            /// <summary>x Phi(x), with the distribution function of the normal distribution.</summary>
            /// <param name="x">The tensor.</param>
            public static Tensor gelu(Tensor x) => gelu(x, Modules.GELU.Approximate.none);

            /// <summary>x Phi(x), with the distribution function of the normal distribution.</summary>
            /// <param name="x">The tensor.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor gelu(Tensor x, bool inplace) => gelu(x, Modules.GELU.Approximate.none, inplace);

            /// <summary>x Phi(x), exactly or by the tanh formula.</summary>
            /// <param name="x">The tensor.</param>
            /// <param name="approximate">Which of the two.</param>
            /// <param name="inplace">Whether the tensor is overwritten.</param>
            public static Tensor gelu(Tensor x, Modules.GELU.Approximate approximate, bool inplace = false)
            {
                if (inplace || !FusedOps.Enabled) return Pointwise("aten::gelu", inplace, x, approximate.ToString());
                return Operator.Call(approximate == Modules.GELU.Approximate.tanh ? "dit::gelu_tanh" : "dit::gelu_erf", Required(x));
            }

            /// <summary>exp(x) over its sum along a dimension.</summary>
            /// <param name="input">The tensor.</param>
            /// <param name="dim">The dimension.</param>
            /// <param name="dtype">The type to convert to first, or null.</param>
            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => Operator.Call("aten::softmax.int", Required(input), dim, dtype);

            /// <summary>The softmax of -x.</summary>
            /// <param name="x">The tensor.</param>
            /// <param name="dim">The dimension.</param>
            public static Tensor softmin(Tensor x, long dim)
            {
                using var negative = Operator.Call("aten::neg", Required(x));
                return softmax(negative, dim);
            }

            /// <summary>The logarithm of the softmax.</summary>
            /// <param name="x">The tensor.</param>
            /// <param name="dim">The dimension.</param>
            public static Tensor log_softmax(Tensor x, long dim) => Operator.Call("aten::log_softmax.int", Required(x), dim, Argument.None);
        }
    }
}
