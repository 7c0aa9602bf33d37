namespace Dit.Data;

/// <summary>Data sets made of other data sets. None copies images; all read them when they are asked for.</summary>
public static class ImageDatasets
{
    /// <summary>Some images of a data set, in the order given.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="indices">Which images; one may come several times.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is not of the data set.</exception>
    public static SubsetDataset Subset(this IImageDataset dataset, IEnumerable<int> indices) => new(dataset, indices);

    /// <summary>The images of a data set and then those of others.</summary>
    /// <param name="dataset">The first data set.</param>
    /// <param name="others">The others; their labels mean the same classes.</param>
    /// <exception cref="ArgumentException">Two data sets name their classes or attributes differently.</exception>
    public static ConcatDataset Concat(this IImageDataset dataset, params ReadOnlySpan<IImageDataset> others) => new([dataset, .. others]);

    /// <summary>A data set with every image changed in the same way every time. For augmentation see <see cref="ImageLoader.Transform"/>.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="change">From an image to the image to use; called from several threads at once.</param>
    public static MapDataset Map(this IImageDataset dataset, Func<PixelImage, PixelImage> change) => new(dataset, change);

    /// <summary>A data set with other classes.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="change">From a label to the label to use; called from several threads at once.</param>
    /// <param name="classNames">The names of the new classes.</param>
    public static RelabelledDataset MapLabels(this IImageDataset dataset, Func<long?, long?> change, params IReadOnlyList<string> classNames) =>
        new(dataset, change, classNames);

    /// <summary>Splits a data set in two at random; the same seed gives the same split.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="validation">The share of the second part, above 0 and below 1.</param>
    /// <param name="seed">Which split.</param>
    /// <param name="byClass">Whether every class is split in this proportion; <see cref="IImageDataset.LabelOf"/> is asked for every image.</param>
    /// <returns>Two data sets, each in the order of the original, that have every image once between them.</returns>
    public static (SubsetDataset Training, SubsetDataset Validation) Split(this IImageDataset dataset, double validation, long seed, bool byClass = false)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        if (validation is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(validation), validation, "The share of the validation part is above 0 and below 1.");
        var groups = Enumerable.Range(0, dataset.Count).GroupBy(i => byClass ? dataset.LabelOf(i) : null).OrderBy(g => g.Key ?? -1);
        var second = new bool[dataset.Count];
        foreach (var group in groups)
        {
            int[] members = [.. group];
            var take = (int)Math.Round(members.Length * validation, MidpointRounding.AwayFromZero);
            var order = new EpochOrder(members.Length, seed, group.Key ?? -1, Sampling.Shuffled);
            for (var place = 0; place < take; place++) second[members[order.At(place)]] = true;
        }
        return (dataset.Subset(Enumerable.Range(0, dataset.Count).Where(i => !second[i])), dataset.Subset(Enumerable.Range(0, dataset.Count).Where(i => second[i])));
    }
}
