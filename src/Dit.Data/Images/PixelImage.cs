namespace Dit.Data;

/// <summary>An image of 8 bits a channel, [H, W, C]: rows from the top, channels interleaved, grey or RGB (sRGB).</summary>
public sealed class PixelImage
{
    /// <summary>Wraps pixels without copying them.</summary>
    /// <param name="pixels">[H, W, C], so <paramref name="height"/> * <paramref name="width"/> * <paramref name="channels"/> bytes.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="channels">1 (grey) or 3 (red, green, blue).</param>
    /// <exception cref="ArgumentException">The number of bytes is not H * W * C, or a size is out of range.</exception>
    public PixelImage(ReadOnlyMemory<byte> pixels, int height, int width, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (channels is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "An image has 1 channel (grey) or 3 (RGB).");
        var expected = (long)height * width * channels;
        if (pixels.Length != expected)
            throw new ArgumentException($"Got {pixels.Length} bytes for an image of [{height}, {width}, {channels}], which has {expected}.", nameof(pixels));
        (Pixels, Height, Width, Channels) = (pixels, height, width, channels);
    }

    /// <summary>The bytes, [H, W, C].</summary>
    public ReadOnlyMemory<byte> Pixels { get; }

    /// <summary>The number of rows.</summary>
    public int Height { get; }

    /// <summary>The number of pixels in a row.</summary>
    public int Width { get; }

    /// <summary>1 (grey) or 3 (red, green, blue).</summary>
    public int Channels { get; }

    /// <summary>Reads an image file: see <see cref="Decode"/>.</summary>
    /// <param name="path">A PNG, JPEG, WebP, GIF or TIFF file.</param>
    /// <param name="channels">1, 3, or null for what the file has.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, truncated, or no image.</exception>
    public static PixelImage Load(string path, int? channels = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = File.ReadAllBytes(path);
        try
        {
            return Decode(file, channels);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"'{path}' is not an image that can be read: {e.Message}", e);
        }
    }

    /// <summary>
    /// Decodes the bytes of an image file: turned upright as its EXIF orientation says, converted to sRGB, alpha blended over
    /// white, 16 bits reduced to 8; of an animation, the first frame.
    /// </summary>
    /// <param name="file">A whole PNG, JPEG, WebP, GIF or TIFF file.</param>
    /// <param name="channels">1, 3, or null for what the file has.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, truncated, or no image.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> file, int? channels = null)
    {
        if (channels is not (null or 1 or 3))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "An image has 1 channel (grey) or 3 (RGB); null keeps what the file has.");
        return ImageCodec.Instance.Decode(file, channels);
    }

    /// <summary>Encodes the image as a PNG file; the same pixels always give the same bytes.</summary>
    public byte[] ToPng() => ImageCodec.Instance.EncodePng(this);
}
