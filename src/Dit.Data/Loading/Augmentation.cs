namespace Dit.Data;

/// <summary>What happens to an image between the data set and the batch.</summary>
/// <param name="Mirror">Whether one image in two is mirrored.</param>
/// <param name="Transform">From an image and 64 random bits of its own to the image to use; null leaves it.</param>
internal sealed record Augmentation(bool Mirror, Func<PixelImage, ulong, PixelImage>? Transform)
{
    private const ulong TransformStream = 1;

    public LabeledImage Apply(LabeledImage sample, ulong seed)
    {
        if (sample.Image is null) throw new InvalidDataException("It gave no image.");
        if (Transform is null) return sample;
        var image = Transform(sample.Image, SplitMix64.Mix(seed, TransformStream));
        return sample with { Image = image ?? throw new InvalidOperationException("The transform gave no image.") };
    }

    public bool IsMirrored(ulong seed) => Mirror && (seed & 1) != 0;
}
