using Dit.Torch;
namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class init
        {
            /// <summary>Which number of connections a scale keeps the variance for.</summary>
            public enum FanInOut
            {
                /// <summary>The inputs of an output: the variance of the activations is kept.</summary>
                FanIn,

                /// <summary>The outputs of an input: the variance of the gradients is kept.</summary>
                FanOut,
            }

            /// <summary>What follows the parameters.</summary>
            public enum NonlinearityType
            {
                /// <summary>Nothing.</summary>
                Linear = 0,

                /// <summary>Nothing, in one dimension.</summary>
                Conv1D = 1,

                /// <summary>Nothing, in two dimensions.</summary>
                Conv2D = 2,

                /// <summary>Nothing, in three dimensions.</summary>
                Conv3D = 3,

                /// <summary>Nothing, in one dimension.</summary>
                ConvTranspose1D = 4,

                /// <summary>Nothing, in two dimensions.</summary>
                ConvTranspose2D = 5,

                /// <summary>Nothing, in three dimensions.</summary>
                ConvTranspose3D = 6,

                /// <summary>The logistic function.</summary>
                Sigmoid = 7,

                /// <summary>The hyperbolic tangent.</summary>
                Tanh = 8,

                /// <summary>max(x, 0).</summary>
                ReLU = 9,

                /// <summary>max(x, 0) with a slope for negative values.</summary>
                LeakyReLU = 10,
            }

            /// <summary>The factor that makes up for what a nonlinearity takes of the variance.</summary>
            /// <param name="nonlinearity">The nonlinearity.</param>
            /// <param name="param">The negative slope of a leaky ReLU.</param>
            public static double calculate_gain(NonlinearityType nonlinearity, double param = 0) => nonlinearity switch
            {
                NonlinearityType.Tanh => 5.0 / 3.0,
                NonlinearityType.ReLU => Math.Sqrt(2),
                NonlinearityType.LeakyReLU => Math.Sqrt(2 / (1 + param * param)),
                _ => 1,
            };

            /// <summary>The numbers of inputs of an output and of outputs of an input.</summary>
            /// <param name="tensor">A weight, [out, in, ...].</param>
            public static (long fanIn, long fanOut) CalculateFanInAndFanOut(Tensor tensor)
            {
                ArgumentNullException.ThrowIfNull(tensor);
                var shape = tensor.shape;
                if (shape.Length < 2) throw new ArgumentException($"Fans need at least two dimensions, not [{string.Join(", ", shape)}].", nameof(tensor));
                var field = shape.AsSpan(2).ToArray().Aggregate(1L, (product, size) => product * size);
                return (shape[1] * field, shape[0] * field);
            }

            /// <summary>Uniform with variance gain^2 2 / (in + out) (Glorot and Bengio 2010).</summary>
            /// <param name="tensor">A weight, [out, in, ...].</param>
            /// <param name="gain">See <see cref="calculate_gain"/>.</param>
            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1) => Uniform(tensor, XavierStd(tensor, gain));

            /// <summary>Normal with variance gain^2 2 / (in + out) (Glorot and Bengio 2010).</summary>
            /// <param name="tensor">A weight, [out, in, ...].</param>
            /// <param name="gain">See <see cref="calculate_gain"/>.</param>
            public static Tensor xavier_normal_(Tensor tensor, double gain = 1) => normal_(tensor, 0, XavierStd(tensor, gain));

            /// <summary>Another name of <see cref="xavier_uniform_"/>.</summary>
            /// <param name="tensor">A weight, [out, in, ...].</param>
            /// <param name="gain">See <see cref="calculate_gain"/>.</param>
            public static Tensor glorot_uniform_(Tensor tensor, double gain = 1) => xavier_uniform_(tensor, gain);

            /// <summary>Another name of <see cref="xavier_normal_"/>.</summary>
            /// <param name="tensor">A weight, [out, in, ...].</param>
            /// <param name="gain">See <see cref="calculate_gain"/>.</param>
            public static Tensor glorot_normal_(Tensor tensor, double gain = 1) => xavier_normal_(tensor, gain);

            /// <summary>Uniform with variance gain^2 / fan (He et al. 2015).</summary>
            /// <param name="tensor">A weight, [out, in, ...].</param>
            /// <param name="a">The negative slope of the leaky ReLU that follows.</param>
            /// <param name="mode">Which fan.</param>
            /// <param name="nonlinearity">What follows.</param>
            public static Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn,
                NonlinearityType nonlinearity = NonlinearityType.LeakyReLU) =>
                Uniform(tensor, KaimingStd(tensor, a, mode, nonlinearity));

            /// <summary>Normal with variance gain^2 / fan (He et al. 2015).</summary>
            /// <param name="tensor">A weight, [out, in, ...].</param>
            /// <param name="a">The negative slope of the leaky ReLU that follows.</param>
            /// <param name="mode">Which fan.</param>
            /// <param name="nonlinearity">What follows.</param>
            public static Tensor kaiming_normal_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn,
                NonlinearityType nonlinearity = NonlinearityType.LeakyReLU) =>
                normal_(tensor, 0, KaimingStd(tensor, a, mode, nonlinearity));

            /// <summary>PyTorch's default of linear and convolution layers: both uniform within 1 / sqrt(fan in).</summary>
            internal static void Affine(Tensor weight, Tensor? bias)
            {
                if (SkipInitialization.IsActive) return;
                kaiming_uniform_(weight, a: Math.Sqrt(5));
                if (bias is null) return;
                var bound = 1 / Math.Sqrt(CalculateFanInAndFanOut(weight).fanIn);
                uniform_(bias, -bound, bound);
            }

            private static double XavierStd(Tensor tensor, double gain)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return gain * Math.Sqrt(2.0 / (fanIn + fanOut));
            }

            private static double KaimingStd(Tensor tensor, double a, FanInOut mode, NonlinearityType nonlinearity)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return calculate_gain(nonlinearity, a) / Math.Sqrt(mode == FanInOut.FanIn ? fanIn : fanOut);
            }

            private static Tensor Uniform(Tensor tensor, double std)
            {
                var bound = Math.Sqrt(3) * std;
                return uniform_(tensor, -bound, bound);
            }
        }
    }
}
