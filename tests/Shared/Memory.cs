namespace Dit.Tests;

internal static class Memory
{
    /// <summary>Lets finalizers free what earlier tests left, so that counts before and after a test can be compared.</summary>
    internal static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
