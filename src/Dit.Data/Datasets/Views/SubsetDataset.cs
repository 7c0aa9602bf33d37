namespace Dit.Data;

/// <summary>Some images of a data set.</summary>
public sealed class SubsetDataset : IImageDataset
{
    private readonly IImageDataset _dataset;
    private readonly int[] _indices;

    internal SubsetDataset(IImageDataset dataset, IEnumerable<int> indices)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(indices);
        (_dataset, _indices) = (dataset, [.. indices]);
        foreach (var index in _indices)
            if ((uint)index >= (uint)dataset.Count)
                throw new ArgumentOutOfRangeException(nameof(indices), index, $"The images of the data set are 0 to {dataset.Count - 1}.");
    }

    /// <summary>Which images of the original.</summary>
    public IReadOnlyList<int> Indices => _indices;

    /// <inheritdoc/>
    public int Count => _indices.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => _dataset.ClassNames;

    /// <inheritdoc/>
    public IReadOnlyList<string> AttributeNames => _dataset.AttributeNames;

    /// <inheritdoc/>
    public IReadOnlyList<DatasetProblem> Problems => _dataset.Problems;

    /// <inheritdoc/>
    public LabeledImage Read(int index) => _dataset.Read(_indices[index]);

    /// <inheritdoc/>
    public LabeledImage Read(int index, IImageCrop crop, Random random) => _dataset.Read(_indices[index], crop, random);

    /// <inheritdoc/>
    public EncodedImage? ReadFile(int index) => _dataset.ReadFile(_indices[index]);

    /// <inheritdoc/>
    public (int Height, int Width) SizeOf(int index) => _dataset.SizeOf(_indices[index]);

    /// <inheritdoc/>
    public string NameOf(int index) => _dataset.NameOf(_indices[index]);

    /// <inheritdoc/>
    public long? LabelOf(int index) => _dataset.LabelOf(_indices[index]);
}
