using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Automatic differentiation.</summary>
    public static partial class autograd
    {
        /// <summary>Adds the gradients of tensors to the leaves they depend on.</summary>
        /// <param name="tensors">What is differentiated.</param>
        /// <param name="grad_tensors">Their gradients; may be left out for scalars.</param>
        /// <param name="retain_graph">Whether the graph is kept; null means as create_graph says.</param>
        /// <param name="create_graph">Whether the gradients get a graph of their own.</param>
        /// <param name="inputs">The leaves that receive gradients; null is all.</param>
        public static unsafe void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            ArgumentNullException.ThrowIfNull(tensors);
            if (tensors.Count == 0) throw new ArgumentException("At least one tensor is needed.", nameof(tensors));
            fixed (nint* t = Handles(tensors), g = Handles(grad_tensors), i = Handles(inputs))
            {
                NativeMethods.Check(NativeMethods.dit_backward(t, tensors.Count, g, (retain_graph ?? create_graph) ? 1 : 0, create_graph ? 1 : 0, i, inputs?.Count ?? 0));
            }
            GC.KeepAlive((tensors, grad_tensors, inputs));
        }

        /// <summary>Adds the gradients of a tensor to the leaves it depends on.</summary>
        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        /// <summary>Adds the gradients of a tensor to the leaves it depends on.</summary>
        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        /// <summary>The gradients of outputs with respect to inputs.</summary>
        /// <param name="outputs">What is differentiated.</param>
        /// <param name="inputs">By what.</param>
        /// <param name="grad_outputs">The gradients of the outputs; may be left out for scalars.</param>
        /// <param name="retain_graph">Whether the graph is kept for another call.</param>
        /// <param name="create_graph">Whether the gradients get a graph of their own.</param>
        /// <param name="allow_unused">Whether an input that no output depends on gives null rather than an error.</param>
        public static unsafe IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            ArgumentNullException.ThrowIfNull(outputs);
            ArgumentNullException.ThrowIfNull(inputs);
            var results = new nint[inputs.Count];
            fixed (nint* o = Handles(outputs), i = Handles(inputs), g = Handles(grad_outputs), r = results)
            {
                NativeMethods.Check(NativeMethods.dit_grad(o, outputs.Count, g, i, inputs.Count, retain_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, r));
            }
            GC.KeepAlive((outputs, inputs, grad_outputs));
            return [.. results.Select(h => Tensor.FromNullableHandle(h)!)];
        }

        /// <summary>Makes backward name the operator that gave a NaN, for as long as the result lives.</summary>
        public static AnomalyMode detect_anomaly(bool check_nan = true) => new(true, check_nan);

        /// <summary>Switches the search for NaN in backward on or off, for as long as the result lives.</summary>
        public static AnomalyMode set_detect_anomaly(bool mode, bool check_nan = true) => new(mode, check_nan);

        private static nint[]? Handles(IList<Tensor>? tensors) => tensors is null ? null : [.. tensors.Select(t => t?.Handle ?? 0)];
    }
}
