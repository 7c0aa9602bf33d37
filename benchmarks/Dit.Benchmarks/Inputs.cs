using static TorchSharp.torch;

namespace Dit.Benchmarks;

/// <summary>The batch that every step uses.</summary>
internal static class Inputs
{
    /// <returns>Images [B, C, H, W], normal, and labels [B].</returns>
    public static (Tensor Images, Tensor Labels) Of(Workload workload, Device device)
    {
        var c = workload.Config;
        using var indices = arange(workload.Batch, dtype: ScalarType.Int64, device: device);
        return (randn(workload.Batch, c.Channels, c.ImageSize.Height, c.ImageSize.Width, device: device), indices.remainder(c.Classes));
    }
}
