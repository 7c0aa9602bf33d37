namespace Dit.Cuda.Tests;

/// <summary>Tests on a CUDA device, which are skipped, visibly, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CudaTheoryAttribute : TheoryAttribute
{
    /// <param name="countsWaits">Whether the tests count waits, which only the simulated device tells.</param>
    public CudaTheoryAttribute(bool countsWaits = false) =>
        Skip = CudaDevice.Missing ?? (countsWaits && !CudaDevice.CountsWaits ? "Only the simulated device tells what is waited for." : null);
}
