namespace Dit.Core;

/// <summary>Keeps a small file from claiming much memory: what is read from a file may need the file's size and 64 MB, no more.</summary>
internal sealed class MemoryBudget(long fileLength)
{
    /// <summary>What a file may need beyond its own size.</summary>
    public const long Margin = 64L << 20;

    private long _left = fileLength + Margin;

    /// <summary>Accounts for memory that is about to be allocated.</summary>
    /// <exception cref="InvalidDataException">It would be more than the file can need.</exception>
    public void Take(long bytes)
    {
        if (bytes > _left)
            throw new InvalidDataException($"what is in it would need more than its size ({fileLength} bytes) and {Margin >> 20} MB of memory");
        _left -= bytes;
    }
}
