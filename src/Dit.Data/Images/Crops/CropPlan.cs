namespace Dit.Data;

/// <summary>
/// What becomes of an image, all of its choices made: a part of it is halved some times, resized, and cut. Steps are computed
/// only where the result depends on them.
/// </summary>
public sealed record CropPlan
{
    /// <summary>The part of the image that is used; what lies beyond has no influence.</summary>
    public required ImageRegion Source { get; init; }

    /// <summary>How often the part is halved (each side divided by 2, rounded down) by the mean of pixels, before the resize.</summary>
    public int Halvings { get; init; }

    /// <summary>Rows of the part after the resize.</summary>
    public required int Height { get; init; }

    /// <summary>Columns of the part after the resize.</summary>
    public required int Width { get; init; }

    /// <summary>The filter of the resize.</summary>
    public ResampleFilter Filter { get; init; } = ResampleFilter.Bicubic;

    /// <summary>What is cut out of the resized part: the result.</summary>
    public required ImageRegion Window { get; init; }

    /// <summary>Whether left and right are exchanged at the end.</summary>
    public bool Mirror { get; init; }

    /// <summary>Resizes an image so that it just covers a size, and cuts that size out of the middle.</summary>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="targetHeight">Rows of the result.</param>
    /// <param name="targetWidth">Columns of the result.</param>
    public static CropPlan Cover(int height, int width, int targetHeight, int targetWidth)
    {
        var scale = Math.Max((double)targetHeight / height, (double)targetWidth / width);
        var (h, w) = (Math.Max(Scaled(height, scale), targetHeight), Math.Max(Scaled(width, scale), targetWidth));
        return new()
        {
            Source = ImageRegion.Whole(height, width),
            Height = h,
            Width = w,
            Window = ImageRegion.Centre(h, w, targetHeight, targetWidth),
        };
    }

    /// <summary>
    /// ADM's reduction to a shorter side (Dhariwal and Nichol 2021, the official code): halvings while it stays at least that
    /// long, then a bicubic resize. The window is all of it.
    /// </summary>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="side">The shorter side of the result.</param>
    public static CropPlan AdmReduction(int height, int width, int side)
    {
        var halvings = 0;
        while (Math.Min(height >> halvings, width >> halvings) >= 2L * side) halvings++;
        var (h, w) = (height >> halvings, width >> halvings);
        var scale = (double)side / Math.Min(h, w);
        var (resizedHeight, resizedWidth) = (Scaled(h, scale), Scaled(w, scale));
        return new()
        {
            Source = ImageRegion.Whole(height, width),
            Halvings = halvings,
            Height = resizedHeight,
            Width = resizedWidth,
            Window = ImageRegion.Whole(resizedHeight, resizedWidth),
        };
    }

    /// <summary>Rounds halves to even, as Python does.</summary>
    private static int Scaled(int side, double scale) => (int)Math.Round(side * scale, MidpointRounding.ToEven);

    internal void Check(int height, int width)
    {
        if (!Source.IsInside(height, width))
            throw new ArgumentException($"The crop uses {Source} of an image of [{height}, {width}]. A source lies inside the image.");
        if (Halvings is < 0 or > 30 || Source.Height >> Halvings == 0 || Source.Width >> Halvings == 0)
            throw new ArgumentException($"The crop halves [{Source.Height}, {Source.Width}] {Halvings} times. At least one pixel must be left.");
        if (Height <= 0 || Width <= 0 || !Window.IsInside(Height, Width))
            throw new ArgumentException($"The crop cuts {Window} out of [{Height}, {Width}]. A window has pixels and lies inside.");
        if ((long)Window.Height * Window.Width > ImageDecodeOptions.MostPixels)
            throw new ArgumentException($"The crop gives [{Window.Height}, {Window.Width}], more than {ImageDecodeOptions.MostPixels} pixels.");
        _ = FilterFunction.Support(Filter);
    }
}
