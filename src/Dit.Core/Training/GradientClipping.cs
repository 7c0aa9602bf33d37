using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Clips gradients by their norm without waiting for the device.</summary>
internal static class GradientClipping
{
    /// <summary>Scales the gradients so that their norm together is at most <paramref name="max"/>.</summary>
    /// <returns>The norm before, a scalar on the gradients' device.</returns>
    public static Tensor Clip(IEnumerable<Parameter> parameters, double max)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor[] gradients = [.. parameters.Select(p => p.grad).OfType<Tensor>()];
        var norm = stack(gradients.Select(g => g.norm())).norm();            // []
        var factor = (max / (norm + 1e-6)).clamp_max(1.0);                  // []
        foreach (var gradient in gradients)
            gradient.mul_(factor);
        return norm.MoveToOuterDisposeScope();
    }
}
