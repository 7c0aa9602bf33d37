namespace Dit.Data;

/// <summary>A rectangle of pixels.</summary>
/// <param name="Top">Its first row.</param>
/// <param name="Left">Its first column.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct ImageRegion(int Top, int Left, int Height, int Width)
{
    /// <summary>The whole of an image.</summary>
    public static ImageRegion Whole(int height, int width) => new(0, 0, height, width);

    /// <summary>The middle of an image; where the rest is odd, its larger half is right and below.</summary>
    public static ImageRegion Centre(int height, int width, int insideHeight, int insideWidth) =>
        new((height - insideHeight) / 2, (width - insideWidth) / 2, insideHeight, insideWidth);

    /// <summary>Whether this has pixels, all inside an image of that size.</summary>
    public bool IsInside(int height, int width) =>
        Top >= 0 && Left >= 0 && Height > 0 && Width > 0 && Height <= height - Top && Width <= width - Left;

    /// <inheritdoc/>
    public override string ToString() => $"[{Top}..{(long)Top + Height}, {Left}..{(long)Left + Width}]";
}
