using Dit.Core;

namespace Dit.Data;

/// <summary>
/// A batch in host memory, which workers fill on any thread; only its consumer makes tensors of it, so that none is born in another
/// thread's dispose scope.
/// </summary>
internal abstract class HostBatch : IDisposable
{
    /// <summary>The images that could not be read for this batch.</summary>
    public IReadOnlyList<BadImage> Bad { get; set; } = [];

    /// <summary>Whether it is known to be the last batch of its epoch.</summary>
    public bool IsLast { get; set; }

    /// <summary>Tensors in no dispose scope, owned by the batch.</summary>
    public abstract Batch ToBatch(BatchTarget target);

    /// <summary>Gives the memory back.</summary>
    public abstract void Dispose();
}
