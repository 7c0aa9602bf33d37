namespace Dit.Data;

/// <summary>A part of random area and aspect ratio, resized to a square (Szegedy et al. 2015; torchvision's RandomResizedCrop).</summary>
public sealed class RandomResizedCrop : IImageCrop
{
    private const int Attempts = 10;

    private readonly (double Least, double Most) _area;
    private readonly (double Least, double Most) _aspect;

    /// <param name="size">The side of the square result.</param>
    /// <param name="leastArea">The least part of the image's area.</param>
    /// <param name="mostArea">The largest part of the image's area, at most 1.</param>
    /// <param name="leastAspect">The least width through height.</param>
    /// <param name="mostAspect">The largest width through height.</param>
    public RandomResizedCrop(int size, double leastArea = 0.08, double mostArea = 1.0, double leastAspect = 3.0 / 4, double mostAspect = 4.0 / 3)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        if (!(leastArea > 0 && leastArea <= mostArea && mostArea <= 1))
            throw new ArgumentOutOfRangeException(nameof(leastArea), leastArea, $"Areas are 0 < least <= most ({mostArea}) <= 1.");
        if (!(leastAspect > 0 && leastAspect <= mostAspect && double.IsFinite(mostAspect)))
            throw new ArgumentOutOfRangeException(nameof(leastAspect), leastAspect, $"Aspect ratios are 0 < least <= most ({mostAspect}).");
        (Size, _area, _aspect) = (size, (leastArea, mostArea), (leastAspect, mostAspect));
    }

    /// <summary>The side of the square result.</summary>
    public int Size { get; }

    /// <inheritdoc/>
    public CropPlan Plan(int height, int width, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return new() { Source = Choose(height, width, random), Height = Size, Width = Size, Window = ImageRegion.Whole(Size, Size) };
    }

    private ImageRegion Choose(int height, int width, Random random)
    {
        for (var i = 0; i < Attempts; i++)
        {
            var area = (double)height * width * Between(_area.Least, _area.Most, random);
            var aspect = Math.Exp(Between(Math.Log(_aspect.Least), Math.Log(_aspect.Most), random));
            var (w, h) = (Math.Round(Math.Sqrt(area * aspect)), Math.Round(Math.Sqrt(area / aspect)));
            if (w >= 1 && w <= width && h >= 1 && h <= height)
                return new(random.Next(height - (int)h + 1), random.Next(width - (int)w + 1), (int)h, (int)w);
        }
        // The image is too long or too tall: the middle, of the nearest aspect that is allowed.
        var nearest = Math.Clamp((double)width / height, _aspect.Least, _aspect.Most);
        var insideHeight = Math.Clamp((int)Math.Round(width / nearest), 1, height);
        var insideWidth = Math.Clamp((int)Math.Round(height * nearest), 1, width);
        return ImageRegion.Centre(height, width, insideHeight, insideWidth);
    }

    private static double Between(double least, double most, Random random) => least + (most - least) * random.NextDouble();
}
