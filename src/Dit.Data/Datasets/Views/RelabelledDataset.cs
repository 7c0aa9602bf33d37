namespace Dit.Data;

/// <summary>A data set with other classes.</summary>
public sealed class RelabelledDataset : IImageDataset
{
    private readonly IImageDataset _dataset;
    private readonly Func<long?, long?> _change;

    internal RelabelledDataset(IImageDataset dataset, Func<long?, long?> change, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(classNames);
        (_dataset, _change, ClassNames) = (dataset, change, [.. classNames]);
    }

    /// <inheritdoc/>
    public int Count => _dataset.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> AttributeNames => _dataset.AttributeNames;

    /// <inheritdoc/>
    public IReadOnlyList<DatasetProblem> Problems => _dataset.Problems;

    /// <inheritdoc/>
    public LabeledImage Read(int index) => Relabel(_dataset.Read(index));

    /// <inheritdoc/>
    public LabeledImage Read(int index, IImageCrop crop, Random random) => Relabel(_dataset.Read(index, crop, random));

    /// <inheritdoc/>
    public EncodedImage? ReadFile(int index) => _dataset.ReadFile(index) is { } file ? file with { Label = _change(file.Label) } : null;

    /// <inheritdoc/>
    public (int Height, int Width) SizeOf(int index) => _dataset.SizeOf(index);

    /// <inheritdoc/>
    public string NameOf(int index) => _dataset.NameOf(index);

    /// <inheritdoc/>
    public long? LabelOf(int index) => _change(_dataset.LabelOf(index));

    private LabeledImage Relabel(LabeledImage sample) => sample with { Label = _change(sample.Label) };
}
