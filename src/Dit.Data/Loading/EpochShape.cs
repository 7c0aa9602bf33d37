namespace Dit.Data;

/// <summary>How the places of an epoch are dealt out to batches and ranks.</summary>
/// <remarks>
/// The batches of all ranks with one number are a stretch of places, as one rank with the larger batch would take it, so that a
/// position means the same for any number of ranks. Every rank has the same number of batches.
/// </remarks>
/// <param name="Images">Places in the epoch.</param>
/// <param name="BatchSize">Images in a batch of one rank.</param>
/// <param name="DropLast">Whether the last batch is left out when it is not full.</param>
/// <param name="Rank">This rank.</param>
/// <param name="Ranks">The number of ranks.</param>
internal readonly record struct EpochShape(int Images, int BatchSize, bool DropLast, int Rank, int Ranks)
{
    private long Together => (long)BatchSize * Ranks;

    /// <summary>The number of batches.</summary>
    /// <exception cref="InvalidOperationException">There are too few images for a batch, or for the ranks in the last batch.</exception>
    public long Batches
    {
        get
        {
            var (full, rest) = Math.DivRem(Images, Together);
            if (!DropLast && rest > 0 && rest < Ranks)
                throw new InvalidOperationException(
                    $"The last batch of an epoch of {Images} images has {rest}, too few for {Ranks} ranks. "
                    + $"Set DropLast = true, or choose another batch size than {BatchSize}.");
            var batches = DropLast || rest == 0 ? full : full + 1;
            return batches > 0 ? batches : throw new InvalidOperationException(
                $"The data set has {Images} images, which do not fill a batch of {BatchSize}{(Ranks > 1 ? $" on each of {Ranks} ranks" : "")}. "
                + "Choose a smaller batch, or set DropLast = false.");
        }
    }

    /// <summary>The places of a batch of this rank.</summary>
    public (int Start, int Count) Batch(long number)
    {
        var first = number * Together;
        var count = Math.Min(Together, Images - first);
        var (start, end) = (Rank * count / Ranks, (Rank + 1L) * count / Ranks);
        return ((int)(first + start), (int)(end - start));
    }
}
