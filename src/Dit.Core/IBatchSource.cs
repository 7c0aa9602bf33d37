namespace Dit.Core;

/// <summary>Where a trainer gets its batches.</summary>
/// <remarks>
/// One enumeration gives the rest of the current epoch, from <see cref="Position"/> on; the next enumeration gives the next
/// epoch. The same position always gives the same batches, which is what makes a training resumable. The consumer owns every
/// batch it is given. An enumeration may be given up at any point.
/// </remarks>
public interface IBatchSource : IAsyncEnumerable<Batch>
{
    /// <value>
    /// The batch that comes next. It moves on as soon as a batch has been handed out, and after the last batch of an epoch it is
    /// the start of the next epoch. Batches that were only prefetched do not move it. It is set between enumerations.
    /// </value>
    BatchPosition Position { get; set; }
}
