using System.Runtime.CompilerServices;
using Dit.Torch;

namespace Dit.Diffusion.Tests;

internal static class Threads
{
    /// <summary>The tensors here are tiny: a second thread only waits for the first, and on a busy machine for long.</summary>
    [ModuleInitializer]
    internal static void UseOne() => Engine.Threads = 1;
}
