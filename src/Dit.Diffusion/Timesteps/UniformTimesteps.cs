using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Every time equally often: t ~ U[0, 1).</summary>
public sealed class UniformTimesteps : ITimestepSampler
{
    /// <inheritdoc/>
    public Tensor Sample(long count, Device device, Generator? generator = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return rand(count, dtype: ScalarType.Float32, device: device, generator: generator);
    }
}
