using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>Image files as tensors in the model's range: bytes 0..255 are values -1..1 (value = byte / 127.5 - 1).</summary>
/// <remarks>
/// Values outside [-1, 1] are clamped when written; NaN and infinities are refused. A file is written under a temporary name
/// and renamed, so a failure leaves the old file as it was. Missing folders are created.
/// </remarks>
public static class ImageFile
{
    /// <summary>Reads an image file as <see cref="PixelImage.Decode(ReadOnlySpan{byte}, ImageDecodeOptions)"/> describes.</summary>
    /// <param name="path">A PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF file.</param>
    /// <param name="channels">1, 3, or null for what the file has.</param>
    /// <returns>[C, H, W], float32 in [-1, 1], on the CPU; owned by the caller.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, truncated, or no image.</exception>
    public static Tensor Load(string path, int? channels = null)
    {
        var image = PixelImage.Load(path, channels);
        var planes = new byte[image.Pixels.Length];
        Planes.FromPixels(image, planes);
        return Planes.ToTensor(planes, image.Channels, image.Height, image.Width);     // [C, H, W]
    }

    /// <summary>Writes one image as PNG.</summary>
    /// <param name="path">A name that ends in .png.</param>
    /// <param name="image">[C, H, W] with C = 1 (grey) or 3 (RGB), in [-1, 1], floating point, on any device.</param>
    /// <exception cref="ArgumentException">The shape, type or a value of <paramref name="image"/> does not fit.</exception>
    public static void Save(string path, Tensor image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.dim() != 3 || image.shape[0] is not (1 or 3))
            throw new ArgumentException(
                $"Got [{string.Join(", ", image.shape)}], but an image is [C, H, W] with C = 1 or 3. For a batch use SaveGrid.", nameof(image));
        using var batch = image.unsqueeze(0).DetachFromDisposeScope();                  // [1, C, H, W]
        Write(path, batch, columns: 1, padding: 0, nameof(image));
    }

    /// <summary>Writes a batch as one PNG: rows of images, left to right, on black.</summary>
    /// <param name="path">A name that ends in .png.</param>
    /// <param name="images">[B, C, H, W] with C = 1 (grey) or 3 (RGB), in [-1, 1], floating point, on any device.</param>
    /// <param name="columns">Images in a row.</param>
    /// <param name="padding">Black pixels around each image.</param>
    /// <exception cref="ArgumentException">The shape, type or a value of <paramref name="images"/> does not fit.</exception>
    public static void SaveGrid(string path, Tensor images, int columns = 8, int padding = 2)
    {
        ArgumentNullException.ThrowIfNull(images);
        Write(path, images, columns, padding, nameof(images));
    }

    private static void Write(string path, Tensor images, int columns, int padding, string argument)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!path.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"'{path}' does not end in .png, the format that is written.", nameof(path));
        AtomicFile.Write(path, ImageGrid.Of(images, columns, padding, argument).ToPng());
    }
}
