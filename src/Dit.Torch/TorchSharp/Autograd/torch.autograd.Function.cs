using System.Diagnostics.CodeAnalysis;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>A differentiable function with a gradient of its own; derive from one of the two below.</summary>
        /// <typeparam name="T">The function's own type.</typeparam>
        public abstract class Function<T> where T : Function<T>, new()
        {
            /// <summary>The name in messages.</summary>
            public abstract string Name { get; }

            private protected abstract List<Tensor> Forward(AutogradContext ctx, object[] vars);

            private protected abstract List<Tensor> Backward(AutogradContext ctx, List<Tensor> grad_outputs);

            /// <summary>Runs forward without a graph and gives its results this function as their history.</summary>
            [SuppressMessage("Design", "CA1000", Justification = "TorchSharp's API: Function<T>.apply")]
            public static List<Tensor> apply_internal(params object[] vars)
            {
                ArgumentNullException.ThrowIfNull(vars);
                var function = new T();
                var context = new AutogradContext();
                List<Tensor> outputs;
                using (no_grad()) outputs = function.Forward(context, vars);
                var inputs = vars.Select(v => v as Tensor).ToArray();
                if (!is_grad_enabled() || !inputs.Any(t => t is { requires_grad: true })) return outputs;
                context.Keep();
                return [.. GraphNode.Attach(function.Name, inputs, outputs, context.IsDifferentiable, grads => function.Run(context, grads), context.Dispose)];
            }

            private List<Tensor> Run(AutogradContext context, IReadOnlyList<Tensor?> grads) =>
                Backward(context, context.MaterializeGrads ? [.. grads.Select((g, i) => g ?? context.ZeroGradient(i))] : [.. grads.Select(g => g!)]);
        }

        /// <summary>A differentiable function with one result.</summary>
        /// <typeparam name="T">The function's own type.</typeparam>
        public abstract class SingleTensorFunction<T> : Function<T> where T : SingleTensorFunction<T>, new()
        {
            /// <summary>Computes the result; called without a graph.</summary>
            public abstract Tensor forward(AutogradContext ctx, params object[] vars);

            /// <summary>The gradient of each argument of forward (null for those that are no tensors).</summary>
            public abstract List<Tensor> backward(AutogradContext ctx, Tensor grad_output);

            /// <summary>Calls the function.</summary>
            [SuppressMessage("Design", "CA1000", Justification = "TorchSharp's API: MyFunction.apply")]
            public static Tensor apply(params object[] vars) => apply_internal(vars)[0];

            private protected sealed override List<Tensor> Forward(AutogradContext ctx, object[] vars)
            {
                var result = forward(ctx, vars);
                ctx.SetOutputs([result]);
                return [result];
            }

            private protected sealed override List<Tensor> Backward(AutogradContext ctx, List<Tensor> grad_outputs) => backward(ctx, grad_outputs[0]);
        }

        /// <summary>A differentiable function with several results.</summary>
        /// <typeparam name="T">The function's own type.</typeparam>
        public abstract class MultiTensorFunction<T> : Function<T> where T : MultiTensorFunction<T>, new()
        {
            /// <summary>Computes the results; called without a graph.</summary>
            public abstract List<Tensor> forward(AutogradContext ctx, params object[] vars);

            /// <summary>The gradient of each argument of forward (null for those that are no tensors).</summary>
            public abstract List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs);

            /// <summary>Calls the function.</summary>
            [SuppressMessage("Design", "CA1000", Justification = "TorchSharp's API: MyFunction.apply")]
            public static List<Tensor> apply(params object[] vars) => apply_internal(vars);

            private protected sealed override List<Tensor> Forward(AutogradContext ctx, object[] vars)
            {
                var results = forward(ctx, vars);
                ctx.SetOutputs(results);
                return results;
            }

            private protected sealed override List<Tensor> Backward(AutogradContext ctx, List<Tensor> grad_outputs) => backward(ctx, grad_outputs);
        }
    }
}
