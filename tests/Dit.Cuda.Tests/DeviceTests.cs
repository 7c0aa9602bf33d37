using Dit.Torch;

namespace Dit.Cuda.Tests;

public sealed class DeviceTests
{
    /// <summary>The tests of this assembly are not all skipped where a device can be simulated.</summary>
    [Fact]
    public void There_is_a_device() =>
        Assert.True(CudaDevice.Missing is null || Version.Parse(Engine.TorchVersion.Split('+', 'a')[0]).Major >= 2, CudaDevice.Missing);

    [CudaFact]
    public void The_engine_knows_it()
    {
        Assert.True(Engine.Supports(Feature.Cuda));
        Assert.Contains("device(s)", Engine.Describe(), StringComparison.Ordinal);
        Assert.Equal(Precision.BFloat16, Engine.Resolve(Precision.Auto, TorchSharp.torch.CUDA));
        TorchSharp.torch.cuda.synchronize();
    }
}
