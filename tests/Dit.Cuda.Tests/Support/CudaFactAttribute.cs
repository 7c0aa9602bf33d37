namespace Dit.Cuda.Tests;

/// <summary>A test on a CUDA device, which is skipped, visibly, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CudaFactAttribute : FactAttribute
{
    public CudaFactAttribute() => Skip = CudaDevice.Missing;
}
