namespace Dit.Data;

/// <summary>Reads an epoch of an indexed data set.</summary>
internal sealed class BatchReader(IImageDataset dataset, EpochOrder order, EpochShape shape, Augmentation augmentation, BadImagePolicy policy) : EpochReading
{
    private const int Substitutes = 100;        // in a row; if all are bad, so is the data set

    public override long? Batches { get; } = shape.Batches;

    public override HostBatch Read(long number, CancellationToken cancellationToken)
    {
        var (start, count) = shape.Batch(number);
        PixelBatch? batch = null;
        var missing = new List<(int Place, int Index)>();
        var bad = new List<BadImage>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var index = order.At(start + i);
                if (TryRead(start + i, ref index, batch, i, bad, cancellationToken) is not { } entry)
                {
                    missing.Add((i, index));
                    continue;
                }
                batch ??= new PixelBatch(count, entry, $"image {index}");
                batch.Set(i, entry, $"image {index}", augmentation.IsMirrored(order.SeedOf(start + i, index)));
            }
            if (batch is null) throw NothingToRead(bad);
            foreach (var (place, index) in missing) batch.SetPlaceholder(place, dataset.LabelOf(index));
            batch.Bad = bad;
            return batch;
        }
        catch
        {
            batch?.Dispose();
            throw;
        }
    }

    /// <summary>The image of a place, or under Skip the first one that can be read of those drawn in its stead; null for a placeholder.</summary>
    /// <remarks>An image is written into its batch, in a size that the first image of the batch gives, or given back to be.</remarks>
    private BatchEntry? TryRead(int place, ref int index, PixelBatch? batch, int inBatch, List<BadImage> bad, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt <= Substitutes; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return augmentation.Read(dataset, index, order.SeedOf(place, index), batch, inBatch);
            }
            catch (Exception e) when (policy != BadImagePolicy.Throw && e is not OutOfMemoryException)
            {
                bad.Add(new BadImage(index, dataset.NameOf(index), e.Message));
                if (policy == BadImagePolicy.Placeholder) return null;
                index = order.Substitute(place, attempt);
            }
            catch (Exception e)
            {
                throw new InvalidDataException($"Image {index} of {dataset.GetType().Name} could not be read: {e.Message}", e);
            }
        }
        throw NothingToRead(bad);
    }

    private InvalidDataException NothingToRead(List<BadImage> bad) => new(
        $"{bad.Count} images of {dataset.GetType().Name} in a row could not be read, the last of them {bad[^1].Name}: {bad[^1].Error} "
        + "So many are no exception that could be passed over: check the data set.");
}
