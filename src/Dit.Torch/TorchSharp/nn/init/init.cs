namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Fills tensors in place, outside autograd, as initial values of parameters.</summary>
        public static partial class init
        {
            /// <summary>Fills with one value.</summary>
            /// <param name="tensor">The tensor.</param>
            /// <param name="val">The value.</param>
            public static Tensor constant_(Tensor tensor, Scalar val) => Fill(tensor, t => t.fill_(val));

            /// <summary>Fills with zeros.</summary>
            /// <param name="tensor">The tensor.</param>
            public static Tensor zeros_(Tensor tensor) => Fill(tensor, t => t.zero_());

            /// <summary>Fills with ones.</summary>
            /// <param name="tensor">The tensor.</param>
            public static Tensor ones_(Tensor tensor) => constant_(tensor, 1.0);

            /// <summary>Fills with the identity.</summary>
            /// <param name="tensor">A matrix.</param>
            public static Tensor eye_(Tensor tensor)
            {
                ArgumentNullException.ThrowIfNull(tensor);
                if (tensor.dim() != 2) throw new ArgumentException($"A matrix is wanted, not a tensor of {tensor.dim()} dimensions.", nameof(tensor));
                return Fill(tensor, t => t.copy_(eye(t.shape[0], t.shape[1], dtype: t.dtype, device: t.device)));
            }

            /// <summary>Fills from the uniform distribution.</summary>
            /// <param name="tensor">The tensor.</param>
            /// <param name="low">Its lower end.</param>
            /// <param name="high">Its upper end.</param>
            /// <param name="generator">The source of randomness, torch's if null.</param>
            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1, Generator? generator = null) =>
                Fill(tensor, t => t.uniform_(low, high, generator));

            /// <summary>Fills from the normal distribution.</summary>
            /// <param name="tensor">The tensor.</param>
            /// <param name="mean">Its mean.</param>
            /// <param name="std">Its standard deviation.</param>
            /// <param name="generator">The source of randomness, torch's if null.</param>
            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator? generator = null) =>
                Fill(tensor, t => t.normal_(mean, std, generator));

            /// <summary>Fills from the normal distribution cut off at two ends, by the inverse of its distribution function.</summary>
            /// <param name="tensor">The tensor.</param>
            /// <param name="mean">The mean before the cut.</param>
            /// <param name="std">The standard deviation before the cut.</param>
            /// <param name="a">The lower end.</param>
            /// <param name="b">The upper end.</param>
            /// <param name="generator">The source of randomness, torch's if null.</param>
            public static Tensor trunc_normal_(Tensor tensor, double mean = 0, double std = 1, double a = -2, double b = 2, Generator? generator = null)
            {
                if (!(std > 0)) throw new ArgumentOutOfRangeException(nameof(std), std, "A standard deviation is positive.");
                if (!(a < b)) throw new ArgumentOutOfRangeException(nameof(b), b, $"The upper end must lie above the lower, {a}.");
                var low = Erf((a - mean) / std / Math.Sqrt(2));
                var high = Erf((b - mean) / std / Math.Sqrt(2));
                return Fill(tensor, t => t.uniform_(low, high, generator).erfinv_().mul_(std * Math.Sqrt(2)).add_(mean).clamp_(a, b));
            }

            private static double Erf(double x)
            {
                using var argument = tensor(x, dtype: ScalarType.Float64);
                using var result = argument.erf();
                return result.item<double>();
            }

            private static Tensor Fill(Tensor tensor, Func<Tensor, Tensor> fill)
            {
                ArgumentNullException.ThrowIfNull(tensor);
                using var scope = NewDisposeScope();
                using var guard = no_grad();
                fill(tensor);
                return tensor;
            }
        }
    }
}
