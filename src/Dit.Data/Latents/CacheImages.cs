namespace Dit.Data;

/// <summary>Stretches of a data set, one after the other. What a crop draws depends on the image alone.</summary>
internal sealed class CacheImages(IImageDataset dataset, IReadOnlyList<(int First, int Count)> stretches, LatentCacheOptions options) : IImageDataset
{
    private readonly int[] _images = [.. stretches.SelectMany(s => Enumerable.Range(s.First, s.Count))];

    public int Count => _images.Length;

    public LabeledImage Read(int place)
    {
        var image = _images[place];
        try
        {
            return options.Crop is null ? dataset.Read(image) : dataset.Read(image, options.Crop, new AugmentationRandom((ulong)options.Seed, epoch: 0, image));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new InvalidDataException($"{dataset.NameOf(image)}, image {image} of {dataset.GetType().Name}: {e.Message}", e);
        }
    }

    public string NameOf(int place) => dataset.NameOf(_images[place]);
}
