using System.Reflection;

namespace Dit.Samples.Tests;

/// <summary>A theory about samples on a GPU: the machine's, or the simulated one, which a library makes of the processor where libtorch has no CUDA.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GpuTheoryAttribute : TheoryAttribute
{
    public GpuTheoryAttribute()
    {
        if (!File.Exists(Simulation)) Skip = $"There is no '{Simulation}', without which a GPU cannot be simulated.";
    }

    /// <value>The library, which is to be loaded with the program.</value>
    public static string Simulation { get; } = Path.Combine(
        typeof(GpuTheoryAttribute).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepoRoot").Value!, "artifacts", "native", "lib", "libdit_simulated_cuda.so");
}
