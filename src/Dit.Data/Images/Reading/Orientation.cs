namespace Dit.Data;

/// <summary>EXIF's eight orientations: 1 upright, 2 mirrored, 3 turned by 180 degrees, 4 upside down, 5 to 8 the same of the transposed image.</summary>
internal static class Orientation
{
    private const int Block = 32;       // two blocks fit into the first-level cache

    public static PixelImage Apply(PixelImage image, int orientation) => orientation switch
    {
        2 => Turn(image, mirror: true, flip: false, transpose: false),
        3 => Turn(image, mirror: true, flip: true, transpose: false),
        4 => Turn(image, mirror: false, flip: true, transpose: false),
        5 => Turn(image, mirror: false, flip: false, transpose: true),
        6 => Turn(image, mirror: true, flip: false, transpose: true),
        7 => Turn(image, mirror: true, flip: true, transpose: true),
        8 => Turn(image, mirror: false, flip: true, transpose: true),
        _ => image,
    };

    /// <param name="image">[H, W, C].</param>
    /// <param name="mirror">Exchange left and right of the result.</param>
    /// <param name="flip">Exchange top and bottom of the result.</param>
    /// <param name="transpose">Exchange rows and columns, first.</param>
    private static PixelImage Turn(PixelImage image, bool mirror, bool flip, bool transpose)
    {
        var channels = image.Channels;
        var (height, width) = transpose ? (image.Width, image.Height) : (image.Height, image.Width);
        var (perRow, perColumn) = transpose ? (channels, image.Width * channels) : (image.Width * channels, channels);
        var start = 0;
        if (flip) (start, perRow) = (start + (height - 1) * perRow, -perRow);
        if (mirror) (start, perColumn) = (start + (width - 1) * perColumn, -perColumn);

        var source = image.Pixels.Span;
        var target = GC.AllocateUninitializedArray<byte>(source.Length);
        for (var top = 0; top < height; top += Block)
            for (var left = 0; left < width; left += Block)
                for (var y = top; y < Math.Min(top + Block, height); y++)
                {
                    var to = (y * width + left) * channels;
                    var from = start + y * perRow + left * perColumn;
                    for (var x = left; x < Math.Min(left + Block, width); x++, to += channels, from += perColumn)
                    {
                        target[to] = source[from];
                        if (channels == 1) continue;
                        target[to + 1] = source[from + 1];
                        target[to + 2] = source[from + 2];
                    }
                }
        return new PixelImage(target, height, width, channels);
    }
}
