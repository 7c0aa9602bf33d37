namespace Dit.Data;

/// <summary>Images that are in memory already.</summary>
/// <param name="images">The images; not copied.</param>
public sealed class InMemoryDataset(IReadOnlyList<LabeledImage> images) : IImageDataset
{
    private readonly IReadOnlyList<LabeledImage> _images = images ?? throw new ArgumentNullException(nameof(images));

    /// <inheritdoc/>
    public int Count => _images.Count;

    /// <inheritdoc/>
    public LabeledImage Read(int index) => _images[index];
}
