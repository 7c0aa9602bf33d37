using static TorchSharp.torch;

namespace Dit.Samples;

/// <summary>Where a sample computes.</summary>
internal static class Devices
{
    /// <value>The first GPU, or the processor where there is none.</value>
    public static Device Best { get; } = cuda.is_available() ? CUDA : CPU;
}
