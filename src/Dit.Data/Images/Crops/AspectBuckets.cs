namespace Dit.Data;

/// <summary>
/// Sizes of about one area and various aspect ratios, for training on images that are not square: each image is cropped, at its
/// middle, to the size nearest to its own aspect ratio. With <see cref="BatchLoader.Buckets"/> a batch is made of images of one bucket.
/// </summary>
public sealed class AspectBuckets : IImageCrop
{
    /// <param name="sizes">The sizes, each once.</param>
    public AspectBuckets(IEnumerable<(int Height, int Width)> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        Sizes = [.. sizes];
        if (Sizes.Count == 0) throw new ArgumentException("Got no sizes, but there is at least one bucket.", nameof(sizes));
        foreach (var (height, width) in Sizes)
        {
            if (height <= 0 || width <= 0) throw new ArgumentException($"Got the size [{height}, {width}], but a size has pixels.", nameof(sizes));
        }
        if (Sizes.Distinct().Count() < Sizes.Count) throw new ArgumentException("A size is there twice.", nameof(sizes));
    }

    /// <summary>Height and width of the buckets.</summary>
    public IReadOnlyList<(int Height, int Width)> Sizes { get; }

    /// <summary>
    /// All sizes whose sides are multiples of a number, where of each height the width is the largest that keeps within the area,
    /// and of each width the height. Sorted from upright to wide.
    /// </summary>
    /// <param name="area">The most pixels, such as 256 * 256.</param>
    /// <param name="multiple">What sides are multiples of: the patch size times the codec's reduction, or a multiple of that.</param>
    /// <param name="mostAspect">The longer side through the shorter at most.</param>
    public static AspectBuckets Of(int area, int multiple, double mostAspect = 2.0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(multiple);
        if (area < (long)multiple * multiple)
            throw new ArgumentOutOfRangeException(nameof(area), area, $"The area does not hold one square of {multiple} x {multiple} (the multiple).");
        if (!(mostAspect >= 1 && double.IsFinite(mostAspect)))
            throw new ArgumentOutOfRangeException(nameof(mostAspect), mostAspect, "The longer side through the shorter is at least 1.");

        var sizes = new HashSet<(int Height, int Width)>();
        for (long side = multiple; side * multiple <= area; side += multiple)
        {
            var other = area / side / multiple * multiple;
            if (Math.Max(side, other) > mostAspect * Math.Min(side, other)) continue;
            sizes.Add(((int)side, (int)other));
            sizes.Add(((int)other, (int)side));
        }
        if (sizes.Count == 0)       // the square is always there
        {
            var side = (int)Math.Sqrt(area) / multiple * multiple;
            sizes.Add((side, side));
        }
        return new(sizes.OrderBy(s => (double)s.Width / s.Height).ThenBy(s => s.Height));
    }

    /// <summary>The bucket of an image: the place in <see cref="Sizes"/> of the nearest aspect ratio, by its logarithm.</summary>
    /// <param name="height">Rows of the upright image.</param>
    /// <param name="width">Columns of the upright image.</param>
    public int Choose(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        var best = 0;
        for (var i = 1; i < Sizes.Count; i++)
        {
            if (Distance(i) < Distance(best)) best = i;
        }
        return best;

        double Distance(int i) => Math.Abs(Math.Log((double)Sizes[i].Width / Sizes[i].Height * height / width));
    }

    /// <summary>The bucket of every image of a data set, by their headers, for <see cref="BatchLoader.Buckets"/>.</summary>
    /// <remarks>An image whose size cannot be read is put into the first bucket: what is to happen with it, the loader knows when it reads it.</remarks>
    /// <param name="dataset">The data set.</param>
    /// <param name="progress">Is told how many images have been looked at, every thousand.</param>
    /// <param name="cancellationToken">Ends the reading, within an image.</param>
    /// <returns>A place in <see cref="Sizes"/> for every image.</returns>
    public IReadOnlyList<int> Assign(IImageDataset dataset, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var buckets = new int[dataset.Count];
        var done = 0;
        Parallel.For(0, buckets.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken }, i =>
        {
            try
            {
                var (height, width) = dataset.SizeOf(i);
                buckets[i] = Choose(height, width);
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                buckets[i] = 0;
            }
            if (Interlocked.Increment(ref done) is var count && count % 1000 == 0) progress?.Report(count);
        });
        return buckets;
    }

    /// <inheritdoc/>
    public CropPlan Plan(int height, int width, Random random)
    {
        var (targetHeight, targetWidth) = Sizes[Choose(height, width)];
        return CropPlan.Cover(height, width, targetHeight, targetWidth);
    }
}
