namespace Dit.Data;

/// <summary>One bicubic resize until the image just covers the size, of which the middle is kept.</summary>
public sealed class CenterCrop : IImageCrop
{
    /// <param name="height">Rows of the result.</param>
    /// <param name="width">Columns of the result.</param>
    public CenterCrop(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        (Height, Width) = (height, width);
    }

    /// <param name="size">The side of the square result.</param>
    public CenterCrop(int size) : this(size, size)
    {
    }

    /// <summary>Rows of the result.</summary>
    public int Height { get; }

    /// <summary>Columns of the result.</summary>
    public int Width { get; }

    /// <inheritdoc/>
    public CropPlan Plan(int height, int width, Random random) => CropPlan.Cover(height, width, Height, Width);
}
