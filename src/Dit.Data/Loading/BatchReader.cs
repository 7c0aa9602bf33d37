namespace Dit.Data;

/// <summary>Reads the images of a batch, on whichever thread calls.</summary>
internal sealed class BatchReader(IImageDataset dataset, int batchSize, bool mirror)
{
    /// <param name="order">The epoch.</param>
    /// <param name="number">The batch in the epoch.</param>
    /// <param name="cancellationToken">Is looked at before every image.</param>
    public PixelBatch Read(EpochOrder order, long number, CancellationToken cancellationToken)
    {
        var start = (int)(number * batchSize);
        var count = Math.Min(batchSize, dataset.Count - start);
        PixelBatch? batch = null;
        try
        {
            for (var place = 0; place < count; place++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var index = order.At(start + place);
                var sample = Read(index);
                batch ??= new PixelBatch(count, sample, index);
                batch.Set(place, sample, index, mirror && order.IsMirrored(index));
            }
            return batch!;
        }
        catch
        {
            batch?.Dispose();
            throw;
        }
    }

    private LabeledImage Read(int index)
    {
        try
        {
            var sample = dataset.Read(index);
            return sample.Image is null ? throw new InvalidDataException("It gave no image.") : sample;
        }
        catch (Exception e)
        {
            throw new InvalidDataException($"Image {index} of {dataset.GetType().Name} could not be read: {e.Message}", e);
        }
    }
}
