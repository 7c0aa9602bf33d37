namespace Dit.Torch;

/// <summary>While it lives, products, convolutions and tables that this thread creates leave their weights as memory comes.</summary>
/// <remarks>For modules whose weights are filled from elsewhere. Drawing them first takes longer than reading them. TorchSharp draws them all the same.</remarks>
public sealed class SkipInitialization : IDisposable
{
    [ThreadStatic]
    private static int depth;

    private bool _disposed;

    /// <summary>Begins.</summary>
    public SkipInitialization() => depth++;

    internal static bool IsActive => depth > 0;

    /// <summary>Ends, on the thread that began.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        depth--;
    }
}
