namespace Dit.Data;

/// <summary>Lays out a batch of images in rows.</summary>
internal static class ImageGrid
{
    /// <param name="values">[B, C, H, W], in [-1, 1].</param>
    /// <param name="shape">B, C, H, W.</param>
    /// <param name="columns">Images in a row.</param>
    /// <param name="padding">Black pixels around each image.</param>
    /// <param name="argument">The name of the caller's argument, for errors.</param>
    public static PixelImage Compose(ReadOnlySpan<float> values, ReadOnlySpan<long> shape, int columns, int padding, string argument)
    {
        var (count, channels, height, width) = ((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);
        columns = Math.Min(columns, count);
        var rows = (count + columns - 1) / columns;
        var (cellHeight, cellWidth) = (height + padding, width + padding);
        var (gridHeight, gridWidth) = (checked(rows * cellHeight + padding), checked(columns * cellWidth + padding));
        var pixels = new byte[checked(gridHeight * gridWidth * channels)];              // [H, W, C]

        var i = 0;
        for (var image = 0; image < count; image++)
            for (var c = 0; c < channels; c++)
                for (var y = 0; y < height; y++)
                {
                    var row = (image / columns * cellHeight + padding + y) * gridWidth + image % columns * cellWidth + padding;
                    for (var x = 0; x < width; x++, i++)
                    {
                        if (!float.IsFinite(values[i]))
                        {
                            throw new ArgumentException(
                                $"Image {image} has {values[i]} in channel {c}, row {y}, column {x}, where a value in [-1, 1] should be.", argument);
                        }
                        pixels[(row + x) * channels + c] = PixelScale.ToByte(values[i]);
                    }
                }
        return new PixelImage(pixels, gridHeight, gridWidth, channels);
    }
}
