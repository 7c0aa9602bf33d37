using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>Lays out a batch of images in rows.</summary>
internal static class ImageGrid
{
    /// <param name="images">[B, C, H, W] with C = 1 or 3, in [-1, 1], floating point, on any device.</param>
    /// <param name="columns">Images in a row.</param>
    /// <param name="padding">Black pixels around each image.</param>
    /// <param name="argument">The name of the caller's argument, for errors.</param>
    /// <exception cref="ArgumentException">The images are something else.</exception>
    public static PixelImage Of(Tensor images, int columns, int padding, string argument)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        if (images.dim() != 4 || images.shape[1] is not (1 or 3))
            throw new ArgumentException($"Got [{string.Join(", ", images.shape)}], but a grid is made of [B, C, H, W] with C = 1 or 3.", argument);
        if (images.numel() == 0)
            throw new ArgumentException($"Got [{string.Join(", ", images.shape)}]: there is no pixel to write.", argument);
        if (!images.is_floating_point())
            throw new ArgumentException($"Got {images.dtype}, but images are floating point in [-1, 1].", argument);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var values = images.to(ScalarType.Float32).cpu().contiguous();                  // [B, C, H, W]
        return Compose(MemoryMarshal.Cast<byte, float>(values.bytes), values.shape, columns, padding, argument);
    }

    /// <param name="values">[B, C, H, W], in [-1, 1].</param>
    /// <param name="shape">B, C, H, W.</param>
    /// <param name="columns">Images in a row.</param>
    /// <param name="padding">Black pixels around each image.</param>
    /// <param name="argument">The name of the caller's argument, for errors.</param>
    private static PixelImage Compose(ReadOnlySpan<float> values, ReadOnlySpan<long> shape, int columns, int padding, string argument)
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
