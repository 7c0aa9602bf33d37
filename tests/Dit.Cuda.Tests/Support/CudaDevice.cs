using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Dit.Cuda.Tests;

/// <summary>The GPU of the tests: the machine's, or the simulated one where libtorch has no CUDA.</summary>
internal static class CudaDevice
{
    private static readonly Func<long>? SimulatedWaits = Simulate();

    /// <value>Why there is no device; null if there is one.</value>
    public static string? Missing { get; } = torch.cuda.is_available() ? null : "There is no CUDA device, and none can be simulated with this libtorch.";

    /// <value>Whether it is counted how often the program waits for the device.</value>
    public static bool CountsWaits => SimulatedWaits is not null;

    /// <value>How often the program has waited for the device.</value>
    public static long Waits => SimulatedWaits!();

    private static Func<long>? Simulate()
    {
        var root = typeof(CudaDevice).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepoRoot").Value!;
        var library = Path.Combine(root, "artifacts", "native", "lib", "libdit_simulated_cuda.so");
        return NativeLibrary.TryLoad(library, out var handle)                                // registers the device, before libtorch is asked for one
            ? Marshal.GetDelegateForFunctionPointer<Counter>(NativeLibrary.GetExport(handle, "simulated_cuda_waits")).Invoke
            : null;
    }

    private delegate long Counter();
}
