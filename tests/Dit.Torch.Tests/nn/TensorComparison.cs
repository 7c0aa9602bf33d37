using static TorchSharp.torch;

namespace Dit.Torch.Tests;

internal static class TensorComparison
{
    /// <summary>Whether shape and all elements are the same.</summary>
    internal static bool Same(this Tensor a, Tensor b) => a.shape.AsSpan().SequenceEqual(b.shape) && (a == b).all().item<bool>();
}
