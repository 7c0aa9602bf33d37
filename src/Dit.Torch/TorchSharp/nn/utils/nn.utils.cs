using Dit.Torch.Native;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>What training loops do with all parameters at once.</summary>
        public static partial class utils
        {
            /// <summary>Scales all gradients alike where their common norm exceeds a limit.</summary>
            /// <param name="tensors">The parameters; those without a gradient do not count.</param>
            /// <param name="max_norm">The limit.</param>
            /// <param name="norm_type">The exponent of the norm; infinity takes the greatest absolute value.</param>
            /// <returns>The norm before scaling.</returns>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                using var scope = NewDisposeScope();
                var gradients = Gradients(tensors);
                if (gradients.Length == 0) return 0;
                var norm = Operator.Call("dit::grad_norm", gradients, norm_type);
                Operator.CallVoid("dit::clip_grad_", gradients, norm, max_norm);
                return norm.to(ScalarType.Float64).item<double>();
            }

            /// <summary>Holds every element of every gradient between -clip_value and clip_value.</summary>
            /// <param name="tensors">The parameters; those without a gradient do not count.</param>
            /// <param name="clip_value">The limit.</param>
            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(clip_value);
                using var scope = NewDisposeScope();
                using var guard = no_grad();
                foreach (var gradient in Gradients(tensors)) gradient.clamp_(-clip_value, clip_value);
            }

            /// <summary>All parameters, one after the other, as one vector.</summary>
            /// <param name="tensors">The parameters.</param>
            /// <returns>[the sum of their sizes].</returns>
            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors)
            {
                ArgumentNullException.ThrowIfNull(tensors);
                using var scope = NewDisposeScope();
                var parts = tensors.Select(parameter => parameter.reshape(-1)).ToArray();
                return Operator.Call("aten::cat", parts, 0).MoveToOuterDisposeScope();
            }

            /// <summary>Copies the parts of a vector into the parameters, the reverse of <see cref="parameters_to_vector"/>.</summary>
            /// <param name="vec">[the sum of their sizes].</param>
            /// <param name="tensors">The parameters.</param>
            /// <exception cref="ArgumentException">The vector has another length.</exception>
            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors)
            {
                ArgumentNullException.ThrowIfNull(vec);
                ArgumentNullException.ThrowIfNull(tensors);
                var targets = tensors.ToList();
                var total = targets.Sum(parameter => parameter.numel());
                if (vec.dim() != 1 || vec.numel() != total)
                    throw new ArgumentException($"The vector is [{string.Join(", ", vec.shape)}], but the parameters have {total} elements.", nameof(vec));
                using var scope = NewDisposeScope();
                using var guard = no_grad();
                long start = 0;
                foreach (var parameter in targets)
                {
                    parameter.copy_(vec.narrow(0, start, parameter.numel()).view_as(parameter));
                    start += parameter.numel();
                }
            }

            private static Tensor[] Gradients(IEnumerable<Parameter> tensors)
            {
                ArgumentNullException.ThrowIfNull(tensors);
                return [.. tensors.Select(parameter => parameter.grad).OfType<Tensor>()];
            }
        }
    }
}
