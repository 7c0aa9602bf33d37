using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A tensor that a module registers and an optimizer trains.</summary>
public class Parameter : Tensor
{
    /// <summary>Makes a parameter of a tensor's values, without a copy.</summary>
    /// <param name="data">The values. The object is empty afterwards: the parameter takes its place, in its dispose scope, too.</param>
    /// <param name="requires_grad">Whether gradients are computed for it.</param>
    public Parameter(Tensor data, bool requires_grad = true) : base(Take(data, requires_grad, out var scope), register: false) => scope?.Attach(this);

    private static nint Take(Tensor data, bool requires_grad, out DisposeScope? scope)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (requires_grad && !data.is_floating_point() && !data.is_complex())
            throw new ArgumentException($"Gradients need floating-point elements, not {data.dtype}.", nameof(data));
        scope = data.OwningDisposeScope;
        var leaf = data.detach();
        leaf.requires_grad = requires_grad;
        data.Dispose();
        return leaf.DecoupleFromNativeHandle();
    }
}
