using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Torch;

/// <summary>Trades time for memory: a part of a model keeps its inputs only, and backward computes the rest again (Chen et al. 2016).</summary>
/// <remarks>
/// <para>
/// Results and gradients are those of the plain call. Parameters that the function uses without being given them receive their
/// gradients too. The second call sees the same <see cref="Autocast"/> and draws the same numbers from the default generators as
/// the first (those of CUDA devices in the native backend only); a generator of the function's own goes on.
/// </para>
/// <para>
/// The function is called twice, so it must not change its inputs, nor may they be changed before backward. It is called once,
/// and everything is kept, where no input requires a gradient. Gradients come by <c>backward()</c> of all leaves, once
/// differentiable: not by <c>autograd.grad</c>, with <c>inputs</c> or with <c>create_graph</c>.
/// </para>
/// </remarks>
public static class ActivationCheckpoint
{
    /// <summary>Calls a function of one tensor and keeps nothing but its input for backward.</summary>
    /// <param name="function">What is computed, such as <c>layer.call</c>; it runs again in backward.</param>
    /// <param name="input">Its input.</param>
    /// <returns>Its result.</returns>
    public static Tensor Run(Func<Tensor, Tensor> function, Tensor input)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Run(inputs => new[] { function(inputs[0]) }, [input])[0];
    }

    /// <summary>Calls a function of two tensors and keeps nothing but its inputs for backward.</summary>
    /// <param name="function">What is computed, such as <c>block.call</c>; it runs again in backward.</param>
    /// <param name="first">Its first input.</param>
    /// <param name="second">Its second input.</param>
    /// <returns>Its result.</returns>
    public static Tensor Run(Func<Tensor, Tensor, Tensor> function, Tensor first, Tensor second)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Run(inputs => new[] { function(inputs[0], inputs[1]) }, [first, second])[0];
    }

    /// <summary>Calls a function of any number of tensors and keeps nothing but its inputs for backward.</summary>
    /// <param name="function">What is computed; it runs again in backward.</param>
    /// <param name="inputs">Its inputs. Tensors that it uses without being given them must live until backward, too.</param>
    /// <returns>Its results.</returns>
    public static Tensor[] Run(Func<Tensor[], Tensor[]> function, params Tensor[] inputs)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        if (!is_grad_enabled() || !inputs.Any(x => x.requires_grad)) return function(inputs);
        using var scope = NewDisposeScope();
        var results = Node.apply([new Segment(function, inputs), .. inputs]).ToArray();
        scope.MoveToOuter(results);
        return results;
    }

    private sealed class Node : autograd.MultiTensorFunction<Node>
    {
        public override string Name => nameof(ActivationCheckpoint);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var segment = (Segment)vars[0];
            Tensor[] inputs = [.. vars.Skip(1).Cast<Tensor>()];
            var results = segment.Call(inputs);
            ctx.save_data(nameof(Segment), segment);
            ctx.save_for_backward([.. inputs]);
            ctx.set_materialize_grads(false);
            return [.. results];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
        {
            if (is_grad_enabled() || !Backend.BackwardOfAllLeaves)
                throw new NotSupportedException("Through an activation checkpoint gradients come by backward() only, without create_graph and without inputs.");
            using var scope = NewDisposeScope();
            var gradients = ((Segment)ctx.get_data(nameof(Segment))).Backward(ctx.get_saved_variables(), grad_outputs);
            scope.MoveToOuter(gradients.OfType<Tensor>());                                 // null where the input has none
            return [null!, .. gradients];                                                  // none for the segment itself
        }
    }

    /// <summary>A function with the state of this thread that its second call needs.</summary>
    private sealed class Segment(Func<Tensor[], Tensor[]> function, Tensor[] inputs)
    {
        private readonly bool[] differentiable = [.. inputs.Select(x => x.requires_grad)];
        private readonly (bool Enabled, ScalarType Dtype) cpu = Backend.AutocastState(DeviceType.CPU);
        private readonly (bool Enabled, ScalarType Dtype) cuda = Backend.AutocastState(DeviceType.CUDA);
        private readonly RandomState random = RandomState.Get();

        internal Tensor[] Call(Tensor[] inputs)
        {
            try
            {
                return function(inputs);
            }
            finally
            {
                Backend.ClearAutocastCache();   // a weight's cast that was made here without a graph would take its gradient from later calls
            }
        }

        internal Tensor[] Backward(List<Tensor> saved, List<Tensor> gradients)
        {
            Tensor[] leaves = [.. saved.Select((x, i) => x.detach().requires_grad_(differentiable[i]))];
            var results = CallAgain(leaves);
            if (results.Length != gradients.Count)
                throw new InvalidOperationException($"The function gave {gradients.Count} results in forward, but {results.Length} in backward.");
            int[] reached = [.. Enumerable.Range(0, results.Length).Where(i => gradients[i] is not null && results[i].requires_grad)];
            if (reached.Length > 0) autograd.backward([.. reached.Select(i => results[i])], [.. reached.Select(i => gradients[i])]);
            return [.. leaves.Select(x => x.grad!)];
        }

        private Tensor[] CallAgain(Tensor[] leaves)
        {
            using var onCpu = Resume(DeviceType.CPU, cpu);
            using var onCuda = Resume(DeviceType.CUDA, cuda);
            using var graph = enable_grad();
            var outer = RandomState.Get();
            random.Set();
            try
            {
                return Call(leaves);
            }
            finally
            {
                outer.Set();
            }
        }

        private static IDisposable? Resume(DeviceType device, (bool Enabled, ScalarType Dtype) state) =>
            Engine.Supports(Feature.Autocast) ? Backend.EnterAutocast(device, state.Enabled, state.Dtype) : null;
    }
}
