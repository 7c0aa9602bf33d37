using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>max(x, 0).</summary>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static ReLU ReLU(bool inplace = false) => new(inplace);

        /// <summary>min(max(x, 0), 6).</summary>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static ReLU6 ReLU6(bool inplace = false) => new(inplace);

        /// <summary>x where positive, negative_slope x elsewhere.</summary>
        /// <param name="negative_slope">The slope for negative values.</param>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static LeakyReLU LeakyReLU(double negative_slope = 0.01, bool inplace = false) => new(negative_slope, inplace);

        /// <summary>x where positive, alpha (exp(x) - 1) elsewhere.</summary>
        /// <param name="alpha">The negative of the limit at minus infinity.</param>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static ELU ELU(double alpha = 1.0, bool inplace = false) => new(alpha, inplace);

        /// <summary>max(x, 0) + min(0, alpha (exp(x / alpha) - 1)).</summary>
        /// <param name="alpha">The negative of the limit at minus infinity.</param>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static CELU CELU(double alpha = 1.0, bool inplace = false) => new(alpha, inplace);

        /// <summary>The self-normalising exponential linear unit.</summary>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static SELU SELU(bool inplace = false) => new(inplace);

        /// <summary>x sigmoid(x).</summary>
        public static SiLU SiLU() => new(inplace: false);

        /// <summary>x sigmoid(x).</summary>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static SiLU SiLU(bool inplace) => new(inplace);

        /// <summary>x Phi(x).</summary>
        public static GELU GELU() => new(Modules.GELU.Approximate.none, inplace: false);

        /// <summary>x Phi(x).</summary>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static GELU GELU(bool inplace) => new(Modules.GELU.Approximate.none, inplace);

        /// <summary>x Phi(x).</summary>
        /// <param name="approximate">How the distribution function is computed.</param>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static GELU GELU(GELU.Approximate approximate, bool inplace = false) => new(approximate, inplace);

        /// <summary>x tanh(softplus(x)).</summary>
        public static Mish Mish() => new(inplace: false);

        /// <summary>x tanh(softplus(x)).</summary>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static Mish Mish(bool inplace) => new(inplace);

        /// <summary>The hyperbolic tangent.</summary>
        public static Tanh Tanh() => new(inplace: false);

        /// <summary>1 / (1 + exp(-x)).</summary>
        public static Sigmoid Sigmoid() => new(inplace: false);

        /// <summary>1 / (1 + exp(-x)).</summary>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static Sigmoid Sigmoid(bool inplace) => new(inplace);

        /// <summary>log(sigmoid(x)).</summary>
        public static LogSigmoid LogSigmoid() => new();

        /// <summary>x relu6(x + 3) / 6.</summary>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static Hardswish Hardswish(bool inplace = false) => new(inplace);

        /// <summary>relu6(x + 3) / 6.</summary>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static Hardsigmoid Hardsigmoid(bool inplace = false) => new(inplace);

        /// <summary>x held between two values.</summary>
        /// <param name="min_val">The least value.</param>
        /// <param name="max_val">The greatest value.</param>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static Hardtanh Hardtanh(double min_val = -1.0, double max_val = 1.0, bool inplace = false) => new(min_val, max_val, inplace);

        /// <summary>log(1 + exp(beta x)) / beta.</summary>
        /// <param name="beta">The steepness.</param>
        /// <param name="threshold">beta x above which the function is linear.</param>
        public static Softplus Softplus(double beta = 1.0, double threshold = 20.0) => new(beta, threshold);

        /// <summary>The first half of a dimension times the sigmoid of its second half.</summary>
        /// <param name="dim">The dimension.</param>
        public static GLU GLU(long dim = -1) => new(dim);

        /// <summary>exp(x) over its sum along a dimension.</summary>
        /// <param name="dim">The dimension.</param>
        public static Softmax Softmax(long dim) => new(dim);

        /// <summary>The logarithm of the softmax.</summary>
        /// <param name="dim">The dimension.</param>
        public static LogSoftmax LogSoftmax(long dim) => new(dim);

        /// <summary>The softmax of -x.</summary>
        /// <param name="dim">The dimension.</param>
        public static Softmin Softmin(long dim) => new(dim);
    }
}
