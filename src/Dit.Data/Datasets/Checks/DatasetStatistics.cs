using System.Collections.Concurrent;
using System.Globalization;

namespace Dit.Data;

/// <summary>Mean, standard deviation and sigma-data of what a model is to learn, images in [-1, 1] or latents, and what follows from them.</summary>
public sealed record DatasetStatistics
{
    private const double UsualSigmaData = 0.5;      // Karras et al. 2022, table 1
    private const double UsualLatentDeviation = 1;  // Rombach et al. 2022, appendix G

    private DatasetStatistics()
    {
    }

    /// <value>How many images were read.</value>
    public required int Images { get; init; }

    /// <value>The images that could not be read, which are left out.</value>
    public required IReadOnlyList<BadImage> Unreadable { get; init; }

    /// <value>The mean of each channel.</value>
    public required IReadOnlyList<double> Mean { get; init; }

    /// <value>The standard deviation of each channel, over all pixels of all images.</value>
    public required IReadOnlyList<double> StandardDeviation { get; init; }

    /// <value>The standard deviation of all values together: sigma-data in Karras et al. 2022.</value>
    public required double SigmaData { get; init; }

    /// <value>Whether every image has the same value in all three channels.</value>
    public required bool IsGrey { get; init; }

    /// <value>Whether they are of the latents in a <see cref="LatentCache"/>.</value>
    public bool IsLatent { get; private init; }

    /// <summary>What follows from the numbers, a sentence or two each.</summary>
    public IReadOnlyList<string> Advice
    {
        get
        {
            var overall = Mean.Average();
            var start = Invariant($"A network whose output is zero has a loss of {1 + SigmaData * SigmaData + overall * overall:F2} for a rectified flow's velocity ")
                + "and of 1 for noise: a training starts there.";
            if (IsLatent) return [start, .. LatentAdvice];
            var advice = new List<string>
            {
                start,
                Math.Abs(SigmaData - UsualSigmaData) <= 0.05
                    ? Invariant($"Sigma-data is {SigmaData:F3}: the usual {UsualSigmaData} fits.")
                    : Invariant($"Sigma-data is {SigmaData:F3}, not the usual {UsualSigmaData}: give it to what asks for sigma-data, and expect schedules ")
                        + Invariant($"tuned for photographs to have a signal-to-noise ratio {Math.Pow(SigmaData / UsualSigmaData, 2):F2} times what they mean."),
            };
            if (IsGrey) advice.Add("All images are grey although they have three channels: load them with channels = 1.");
            if (Math.Abs(overall) > 0.4)
                advice.Add(Invariant($"The mean is {overall:F2}: most of the picture is {(overall < 0 ? "dark" : "bright")}. ")
                    + "Clamp the predicted image, not x_t, when sampling.");
            if (StandardDeviation.Min() < 0.01) advice.Add("A channel is all but constant: look at the images (DatasetCheck makes a contact sheet).");
            return advice;
        }
    }

    private IEnumerable<string> LatentAdvice
    {
        get
        {
            yield return Math.Abs(SigmaData - UsualLatentDeviation) <= 0.1
                ? Invariant($"Sigma-data is {SigmaData:F3}: the codec's scaling fits, models of latents expect {UsualLatentDeviation}.")
                : Invariant($"Sigma-data is {SigmaData:F3}, but models of latents expect {UsualLatentDeviation}: multiply the codec's scaling factor by ")
                    + Invariant($"{UsualLatentDeviation / SigmaData:F4} and make the cache anew, or give {SigmaData:F3} to what asks for sigma-data.");
            if (Mean.Max(Math.Abs) > 0.5 * SigmaData)
                yield return Invariant($"A channel's mean is {Mean.MaxBy(Math.Abs):F2}: what all latents share need not be learned, a shift of the codec takes it away.");
            if (StandardDeviation.Max() > 2 * StandardDeviation.Min())
                yield return Invariant($"The channels' deviations run from {StandardDeviation.Min():F2} to {StandardDeviation.Max():F2}: the loss counts the large ones most.");
        }
    }

    /// <summary>The statistics of the latents in a cache, without mirrored ones. They were added up when the cache was made.</summary>
    /// <param name="cache">The cache.</param>
    public static DatasetStatistics Of(LatentCache cache)
    {
        ArgumentNullException.ThrowIfNull(cache);
        var (sums, count) = (cache.Sums(), (double)cache.Count * cache.LatentShape[1] * cache.LatentShape[2]);
        var mean = sums.Sum.Select(s => s / count).ToArray();
        var squares = sums.Squares.Select(s => s / count).ToArray();
        return new DatasetStatistics
        {
            Images = cache.Count,
            Unreadable = cache.BadImages,
            Mean = mean,
            StandardDeviation = [.. squares.Zip(mean, (s, m) => Math.Sqrt(Math.Max(0, s - m * m)))],
            SigmaData = Math.Sqrt(Math.Max(0, squares.Average() - Math.Pow(mean.Average(), 2))),
            IsGrey = false,
            IsLatent = true,
        };
    }

    /// <summary>Reads a data set, or some of its images at random, and adds up exactly: the result does not depend on threads.</summary>
    /// <param name="dataset">The data set; its images may have several sizes, but not several numbers of channels.</param>
    /// <param name="images">The most images to read.</param>
    /// <param name="seed">Which ones.</param>
    /// <param name="cancellationToken">Ends the reading, within an image.</param>
    /// <exception cref="InvalidDataException">No image can be read, or they have different numbers of channels.</exception>
    public static DatasetStatistics Of(IImageDataset dataset, int images = 10_000, long seed = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(images);
        var order = new Permutation(Math.Max(dataset.Count, 1), (ulong)seed);
        var (bad, sums, total) = (new ConcurrentBag<BadImage>(), new Lock(), (PixelSums?)null);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        Parallel.For(0, Math.Min(images, dataset.Count), parallel, i =>
        {
            var index = order.At(i);
            PixelSums one;
            try
            {
                one = PixelSums.Of(dataset.Read(index).Image);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                bad.Add(new BadImage(index, dataset.NameOf(index), e.Message));
                return;
            }
            lock (sums) total = total is null ? one : total.Plus(one);
        });
        BadImage[] unreadable = [.. bad.OrderBy(b => b.Index)];
        if (total is null) throw new InvalidDataException(unreadable is [var first, ..]
            ? $"None of {unreadable.Length} images could be read, the first of them {first.Name}: {first.Error}" : "The data set has no images.");
        if (total.IsMixed) throw new InvalidDataException("Some images have one channel and some three. Load all with channels = 1 or channels = 3.");
        return new DatasetStatistics
        {
            Images = total.Images,
            Unreadable = unreadable,
            Mean = [.. total.Sum.Select((_, c) => total.Mean(c) / 127.5 - 1)],
            StandardDeviation = [.. total.Sum.Select((_, c) => total.Deviation(c) / 127.5)],
            SigmaData = total.Deviation() / 127.5,
            IsGrey = total.IsGrey,
        };
    }

    /// <summary>The numbers and the advice as text.</summary>
    public override string ToString()
    {
        var numbers = Invariant($"{Images} images ({Unreadable.Count} unreadable)\nmean {Join(Mean)}\n")
            + Invariant($"standard deviation {Join(StandardDeviation)}\nsigma-data {SigmaData:F4}\n");
        return numbers + string.Concat(Advice.Select(a => $"advice: {a}\n"));
    }

    private static string Join(IEnumerable<double> values) => string.Join(", ", values.Select(v => Invariant($"{v:F4}")));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
