namespace Dit.Data;

/// <summary>What happens to an image between the data set and the batch.</summary>
/// <param name="Mirror">Whether one image in two is mirrored.</param>
/// <param name="Crop">What is kept of an image, and in which size; null for all of it.</param>
/// <param name="Transform">From an image and random numbers of its own to the image to use; null leaves it.</param>
internal sealed record Augmentation(bool Mirror, IImageCrop? Crop, Func<PixelImage, Random, PixelImage>? Transform)
{
    private const ulong RandomStream = 1;

    /// <param name="dataset">The data set.</param>
    /// <param name="index">The image.</param>
    /// <param name="seed">What the randomness of this image in this epoch comes from.</param>
    /// <param name="batch">Where the image is written, if it can be row by row, instead of being given back; null if nowhere.</param>
    /// <param name="place">Its place there.</param>
    public BatchEntry Read(IImageDataset dataset, int index, ulong seed, PixelBatch? batch, int place)
    {
        if (batch is not null && IsCropAlone && dataset.ReadFile(index) is { } file) return ImageFileReader.Named(file.Name, () => Decode(file, seed, batch, place));
        var random = RandomOf(seed);
        var sample = Crop is null ? dataset.Read(index) : dataset.Read(index, Crop, random);
        return sample.Image is null ? throw new InvalidDataException("It gave no image.") : new(Change(sample.Image, random), sample.Label, sample.Attributes);
    }

    /// <param name="file">The image.</param>
    /// <param name="seed">What the randomness of this image in this epoch comes from.</param>
    /// <param name="batch">Where the image is written, if it can be row by row, instead of being given back; null if nowhere.</param>
    /// <param name="place">Its place there.</param>
    public BatchEntry Decode(EncodedImage file, ulong seed, PixelBatch? batch, int place)
    {
        var random = RandomOf(seed);
        var slot = IsCropAlone ? batch?.Slot(place, IsMirrored(seed)) : null;
        var image = ImageFileReader.DecodeTo(slot, file.File.Span, file.Decoding, Crop, random);
        return new(image is null ? null : Change(image, random), file.Label, file.Attributes);
    }

    public bool IsMirrored(ulong seed) => Mirror && (seed & 1) != 0;

    private bool IsCropAlone => Crop is not null && Transform is null;

    private PixelImage Change(PixelImage image, Random random) =>
        Transform is null ? image : Transform(image, random) ?? throw new InvalidOperationException("The transform gave no image.");

    private static AugmentationRandom RandomOf(ulong seed) => new(SplitMix64.Mix(seed, RandomStream), epoch: 0, index: 0);     // both are in the seed
}
