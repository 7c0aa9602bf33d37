namespace Dit.Data;

/// <summary>Reads the batches of one epoch.</summary>
internal abstract class EpochReading : IDisposable
{
    /// <summary>The number of batches in the epoch; null where only its end tells.</summary>
    public abstract long? Batches { get; }

    /// <summary>Reads a batch, on any thread. Batches are asked for in order, several at the same time.</summary>
    /// <param name="number">The batch in the epoch.</param>
    /// <param name="cancellationToken">Is looked at before every image.</param>
    /// <returns>The batch; null behind the end of the epoch.</returns>
    public abstract HostBatch? Read(long number, CancellationToken cancellationToken);

    public virtual void Dispose()
    {
    }
}
