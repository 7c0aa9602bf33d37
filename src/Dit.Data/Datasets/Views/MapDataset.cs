namespace Dit.Data;

/// <summary>A data set with every image changed.</summary>
public sealed class MapDataset : IImageDataset
{
    private readonly IImageDataset _dataset;
    private readonly Func<PixelImage, PixelImage> _change;

    internal MapDataset(IImageDataset dataset, Func<PixelImage, PixelImage> change)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(change);
        (_dataset, _change) = (dataset, change);
    }

    /// <inheritdoc/>
    public int Count => _dataset.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => _dataset.ClassNames;

    /// <inheritdoc/>
    public IReadOnlyList<string> AttributeNames => _dataset.AttributeNames;

    /// <inheritdoc/>
    public IReadOnlyList<DatasetProblem> Problems => _dataset.Problems;

    /// <inheritdoc/>
    public LabeledImage Read(int index)
    {
        var sample = _dataset.Read(index);
        return sample with { Image = _change(sample.Image) };
    }

    /// <inheritdoc/>
    public string NameOf(int index) => _dataset.NameOf(index);

    /// <inheritdoc/>
    public long? LabelOf(int index) => _dataset.LabelOf(index);
}
