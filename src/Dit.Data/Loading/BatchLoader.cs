using Dit.Core;

namespace Dit.Data;

/// <summary>Batches of a data set, read ahead by worker threads, in an order that a seed fixes.</summary>
/// <remarks>
/// <para>The same seed gives the same batches whatever the number of workers; every epoch has an order of its own. With
/// <see cref="ImageLoader.Position"/> set to a saved one, the stream goes on as if it had never stopped. The batches of several
/// <see cref="ImageLoader.Ranks"/> are together those of one rank with a batch as large as theirs together.</para>
/// <para>Asking for a batch returns when it is there, on the caller's thread, because gradient mode and dispose scopes belong to
/// a thread; when the workers keep up, it does not wait. A batch lives until the next one is asked for (see
/// <see cref="ImageLoader.DisposeBatches"/>), so a loop needs no <c>using</c>.</para>
/// <para>An image that cannot be read ends the enumeration in its place, unless <see cref="ImageLoader.OnBadImage"/> says otherwise.</para>
/// </remarks>
public sealed class BatchLoader : ImageLoader
{
    private readonly Func<BatchLoader, EpochOrder, EpochReading> _read;
    private BucketOrder? _buckets;

    /// <summary>Nothing is read before the first enumeration.</summary>
    /// <param name="dataset">The images; not disposed.</param>
    /// <param name="batchSize">Images in a batch.</param>
    /// <param name="seed">Fixes the order of every epoch, and the augmentation of every image.</param>
    public BatchLoader(IImageDataset dataset, int batchSize, long seed) : base(batchSize, seed)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        if (dataset.Count <= 0) throw new ArgumentException($"The data set {dataset.GetType().Name} has no images.", nameof(dataset));
        Count = dataset.Count;
        _read = (loader, order) => new BatchReader(dataset, order, loader.Shape, loader.Augmentation, loader.OnBadImage);
    }

    /// <summary>Batches of latents, in float32, and of the features beside them, if there are any.</summary>
    /// <remarks><see cref="ImageLoader.HorizontalFlip"/> needs a cache with mirrored latents. Crops and transforms were for its making.</remarks>
    /// <param name="cache">The latents; not disposed.</param>
    /// <param name="batchSize">Images in a batch.</param>
    /// <param name="seed">Fixes the order of every epoch, which images are mirrored, and what is drawn from moments.</param>
    public BatchLoader(LatentCache cache, int batchSize, long seed) : base(batchSize, seed)
    {
        ArgumentNullException.ThrowIfNull(cache);
        Count = cache.Count;
        _read = (loader, order) =>
        {
            if (loader.Crop is not null || loader.Transform is not null)
                throw new InvalidOperationException("Latents are neither cropped nor transformed: set LatentCacheOptions.Crop when the cache is made.");
            if (loader.HorizontalFlip && !cache.HasMirrored)
                throw new InvalidOperationException(
                    $"HorizontalFlip is set, but '{cache.Folder}' has no latents of mirrored images. Make it with LatentCacheOptions.HorizontalFlip = true.");
            return new LatentReader(cache, order, loader.Shape, loader.HorizontalFlip);
        };
    }

    /// <value>Whether every epoch has a new order (the default) or that of the data set.</value>
    public bool Shuffle { get; init; } = true;

    /// <value>Which images an epoch gives, such as <see cref="Sampling.ClassBalanced(IImageDataset)"/>; null leaves it to <see cref="Shuffle"/>.</value>
    public Sampling? Sampling { get; init; }

    /// <value>
    /// The bucket of every image, as <see cref="AspectBuckets.Assign"/> gives it for the loader's crop: a batch is then of one bucket, and so of one size.
    /// What does not fill a batch of its bucket is left out of an epoch, others in every one; without <see cref="ImageLoader.DropLast"/> images of the bucket
    /// come again to fill it. Null (the default): any images make a batch.
    /// </value>
    public IReadOnlyList<int>? Buckets { get; init; }

    /// <value>The number of batches in an epoch.</value>
    /// <exception cref="InvalidOperationException">The data set does not fill one batch, and <see cref="ImageLoader.DropLast"/> is set.</exception>
    public long BatchesPerEpoch => Shape.Batches;

    private int Count { get; }

    private EpochShape Shape => new(Buckets is null ? Count : (int)Bucketed().Batches * BatchSize * Ranks, BatchSize, DropLast, Rank, Ranks);

    private protected override EpochReading Open(BatchPosition from)
    {
        var batches = BatchesPerEpoch;
        if (from.Batch >= batches)
            throw new InvalidOperationException($"The position is {from}, but an epoch has {batches} batches. It is of another data set or batch size.");
        var order = Buckets is null
            ? new EpochOrder(Count, Seed, from.Epoch, Sampling ?? (Shuffle ? Sampling.Shuffled : Sampling.InOrder))
            : new EpochOrder(Bucketed(), Shuffle, Seed, from.Epoch);
        return _read(this, order);
    }

    private BucketOrder Bucketed()
    {
        if (_buckets is not null) return _buckets;
        if (Buckets!.Count != Count)
            throw new InvalidOperationException($"There are buckets of {Buckets.Count} images, but the data set has {Count}. They are of another data set.");
        if (Sampling is not null) throw new InvalidOperationException("Buckets and Sampling both say which images make a batch: set one of them.");
        return _buckets = new BucketOrder(Buckets, BatchSize * Ranks, DropLast);
    }
}
