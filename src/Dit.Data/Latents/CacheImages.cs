using System.Collections.Concurrent;

namespace Dit.Data;

/// <summary>Stretches of a data set, one after the other. What a crop draws depends on the image alone.</summary>
/// <param name="dataset">The data set.</param>
/// <param name="stretches">First image and number of images of each.</param>
/// <param name="options">Crop, and what happens to images that cannot be read.</param>
/// <param name="standIn">What is given in the place of an image that is left out; null ends the reading instead.</param>
internal sealed class CacheImages(IImageDataset dataset, IReadOnlyList<(int First, int Count)> stretches, LatentCacheOptions options, LabeledImage? standIn) : IImageDataset
{
    private readonly int[] _images = [.. stretches.SelectMany(s => Enumerable.Range(s.First, s.Count))];
    private readonly ConcurrentDictionary<int, BadImage> _bad = [];

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
            if (standIn is { } instead)
            {
                _bad[image] = new BadImage(image, dataset.NameOf(image), e.Message);
                return instead;
            }
            throw new InvalidDataException($"{dataset.NameOf(image)}, image {image} of {dataset.GetType().Name}: {e.Message}", e);
        }
    }

    /// <summary>Those of some images that could not be read, in their order.</summary>
    public BadImage[] BadOf(int first, int count) => [.. _bad.Values.Where(b => b.Index >= first && b.Index < first + count).OrderBy(b => b.Index)];

    public string NameOf(int place) => dataset.NameOf(_images[place]);
}
