using System.Runtime.InteropServices;
using Dit.Torch.Native;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>A node of the autograd graph whose backward is managed code.</summary>
internal static unsafe class GraphNode
{
    /// <summary>What runs in backward: gradients of the outputs in (null = none), gradients of the inputs out.</summary>
    internal delegate IReadOnlyList<Tensor?> Backward(IReadOnlyList<Tensor?> grads);

    private sealed record Context(string Name, Backward Backward, Action? Release);

    /// <summary>Gives outputs, computed without a graph, one node as their history.</summary>
    /// <param name="name">The node's name in messages.</param>
    /// <param name="inputs">What the function was called with; null where an argument was no tensor.</param>
    /// <param name="outputs">The results; each is replaced by a tensor with the history.</param>
    /// <param name="differentiable">Whether an output takes part in the graph.</param>
    /// <param name="backward">The gradient function.</param>
    /// <param name="release">Called once the node is gone.</param>
    internal static Tensor[] Attach(string name, IReadOnlyList<Tensor?> inputs, IReadOnlyList<Tensor> outputs, Func<Tensor, bool> differentiable, Backward backward, Action? release = null)
    {
        var context = GCHandle.Alloc(new Context(name, backward, release));
        nint node;
        var inputHandles = inputs.Select(t => t?.Handle ?? 0).ToArray();
        fixed (nint* i = inputHandles)
        fixed (byte* text = System.Text.Encoding.UTF8.GetBytes(name + '\0'))
        {
            NativeMethods.Check(NativeMethods.dit_node_create(text, i, inputHandles.Length, &Run, &Free, GCHandle.ToIntPtr(context), &node));
        }
        GC.KeepAlive(inputs);
        try
        {
            var results = new Tensor[outputs.Count];
            for (var o = 0; o < results.Length; o++)
            {
                nint attached;
                NativeMethods.Check(NativeMethods.dit_node_attach(node, outputs[o].Handle, differentiable(outputs[o]) ? 1 : 0, &attached));
                results[o] = Tensor.FromHandle(attached);
            }
            return results;
        }
        finally
        {
            NativeMethods.dit_node_free(node);
        }
    }

    // The graph may end long after any dispose scope; what runs here has a scope of its own.
    [UnmanagedCallersOnly]
    private static int Run(nint handle, nint* grads, int gradCount, nint* results, int resultCount)
    {
        try
        {
            var context = (Context)GCHandle.FromIntPtr(handle).Target!;
            using var scope = NewDisposeScope();
            var given = new Tensor?[gradCount];
            for (var i = 0; i < gradCount; i++) given[i] = Tensor.FromNullableHandle(grads[i]);
            var found = context.Backward(given);
            if (found.Count != resultCount)
                throw new InvalidOperationException($"{context.Name}: backward must return {resultCount} gradients, one for each argument of forward, but returned {found.Count}.");
            for (var i = 0; i < resultCount; i++)
            {
                nint kept = 0;
                if (found[i] is { } gradient) NativeMethods.Check(NativeMethods.dit_tensor_retain(gradient.Handle, &kept));
                results[i] = kept;
            }
            return 0;
        }
        catch (Exception e)
        {
            fixed (byte* text = System.Text.Encoding.UTF8.GetBytes(e.Message + '\0')) NativeMethods.dit_set_error(text);
            return 1;
        }
    }

    [UnmanagedCallersOnly]
    private static void Free(nint handle)
    {
        var pinned = GCHandle.FromIntPtr(handle);
        var context = (Context)pinned.Target!;
        pinned.Free();
        context.Release?.Invoke();
    }
}
