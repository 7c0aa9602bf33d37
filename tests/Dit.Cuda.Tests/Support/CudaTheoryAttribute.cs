namespace Dit.Cuda.Tests;

/// <summary>Tests on a CUDA device, which are skipped, visibly, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CudaTheoryAttribute : TheoryAttribute
{
    public CudaTheoryAttribute() => Skip = CudaDevice.Missing;
}
