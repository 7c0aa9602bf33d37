using Dit.Data.Tests.Latents;

namespace Dit.Data.Tests;

/// <summary>What the assembly does as a child process of its own tests.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        await LatentJobs.RunAsync(arguments);
        return 0;
    }
}
