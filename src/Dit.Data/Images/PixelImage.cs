using Dit.Core;

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

    /// <summary>Reads an image file: see <see cref="Decode(ReadOnlySpan{byte}, ImageDecodeOptions)"/>.</summary>
    /// <param name="path">A PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF file.</param>
    /// <param name="channels">1, 3, or null for what the file has.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, truncated, or no image.</exception>
    public static PixelImage Load(string path, int? channels = null) => Load(path, ImageDecodeOptions.For(channels));

    /// <summary>Reads an image file: see <see cref="Decode(ReadOnlySpan{byte}, ImageDecodeOptions)"/>.</summary>
    /// <param name="path">A PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF file.</param>
    /// <param name="options">Channels, limits, orientation, colours, size.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, truncated, too large, or no image.</exception>
    public static PixelImage Load(string path, ImageDecodeOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        return ImageFileReader.Named(path, () => Decode(ImageFileReader.ReadAll(path), options));
    }

    /// <summary>
    /// Reads an image file and crops it. Equal to <see cref="Load(string, ImageDecodeOptions)"/> and then
    /// <see cref="Crop"/>, but only what ends up in the result is decoded, and the whole image is never in memory.
    /// </summary>
    /// <param name="path">A PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF file.</param>
    /// <param name="crop">What is kept, and in which size.</param>
    /// <param name="random">The source of the crop's choices; null: <see cref="Random.Shared"/>, which no run can repeat.</param>
    /// <param name="options">Channels, limits, orientation, colours, size; null: the defaults.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, truncated, too large, or no image.</exception>
    public static PixelImage Load(string path, IImageCrop crop, Random? random = null, ImageDecodeOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(crop);
        return ImageFileReader.Named(path, () => Decode(ImageFileReader.ReadAll(path), crop, random, options));
    }

    /// <summary>Decodes the bytes of an image file: see <see cref="Decode(ReadOnlySpan{byte}, ImageDecodeOptions)"/>.</summary>
    /// <param name="file">A whole PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF file.</param>
    /// <param name="channels">1, 3, or null for what the file has.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, truncated, or no image.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> file, int? channels = null) => ImageFileReader.Decode(file, ImageDecodeOptions.For(channels));

    /// <summary>
    /// Decodes the bytes of an image file: turned upright as its EXIF orientation says, converted to sRGB by its colour profile,
    /// alpha blended over white, 16 bits reduced to 8; of an animation, the first frame.
    /// </summary>
    /// <param name="file">A whole PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF file.</param>
    /// <param name="options">Channels, limits, orientation, colours, size.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, truncated, too large an image, or no image.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> file, ImageDecodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return ImageFileReader.Decode(file, options);
    }

    /// <summary>Decodes the bytes of an image file and crops it: see <see cref="Load(string, IImageCrop, Random?, ImageDecodeOptions?)"/>.</summary>
    /// <param name="file">A whole PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF file.</param>
    /// <param name="crop">What is kept, and in which size.</param>
    /// <param name="random">The source of the crop's choices; null: <see cref="Random.Shared"/>, which no run can repeat.</param>
    /// <param name="options">Channels, limits, orientation, colours, size; null: the defaults.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, truncated, too large an image, or no image.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> file, IImageCrop crop, Random? random = null, ImageDecodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(crop);
        return ImageFileReader.Decode(file, options ?? ImageDecodeOptions.Default, crop, random ?? Random.Shared);
    }

    /// <summary>Crops the image; this one stays as it is.</summary>
    /// <param name="crop">What is kept, and in which size.</param>
    /// <param name="random">The source of the crop's choices; null: <see cref="Random.Shared"/>, which no run can repeat.</param>
    public PixelImage Crop(IImageCrop crop, Random? random = null)
    {
        ArgumentNullException.ThrowIfNull(crop);
        return Cropper.Crop(new MemoryImage(this), crop.Plan(Height, Width, random ?? Random.Shared));
    }

    /// <summary>The image in another size; the same bytes as Pillow's resize gives.</summary>
    /// <param name="height">Rows of the result.</param>
    /// <param name="width">Columns of the result.</param>
    /// <param name="filter">How pixels are weighted.</param>
    public PixelImage Resize(int height, int width, ResampleFilter filter = ResampleFilter.Bicubic)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        return Cropper.Crop(new MemoryImage(this), new()
        {
            Source = ImageRegion.Whole(Height, Width),
            Height = height,
            Width = width,
            Filter = filter,
            Window = ImageRegion.Whole(height, width),
        });
    }

    /// <summary>The image with left and right exchanged.</summary>
    public PixelImage Mirror() => Orientation.Apply(this, 2);

    /// <summary>Grey as RGB, RGB as grey (ITU-R 601 luma), or the image itself.</summary>
    /// <param name="channels">1 or 3.</param>
    public PixelImage ToChannels(int channels)
    {
        if (channels is not (1 or 3)) throw new ArgumentOutOfRangeException(nameof(channels), channels, "An image has 1 channel (grey) or 3 (RGB).");
        if (channels == Channels) return this;
        var pixels = GC.AllocateUninitializedArray<byte>(checked(Height * Width * channels));
        ChannelConversion.Convert(Pixels.Span, Channels, pixels, channels);
        return new PixelImage(pixels, Height, Width, channels);
    }

    /// <summary>Encodes the image as a PNG file; the same pixels always give the same bytes.</summary>
    public byte[] ToPng() => Encode(ImageFileFormat.Png);

    /// <summary>Encodes the image as a file without metadata; the same pixels always give the same bytes.</summary>
    /// <param name="format">PNG, JPEG, WebP or GIF.</param>
    /// <param name="options">Quality; null: the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">The format is not one that is written.</exception>
    public byte[] Encode(ImageFileFormat format, ImageEncodeOptions? options = null)
    {
        if (format is not (ImageFileFormat.Png or ImageFileFormat.Jpeg or ImageFileFormat.WebP or ImageFileFormat.Gif))
            throw new ArgumentOutOfRangeException(nameof(format), format, "Written are PNG, JPEG, WebP and GIF.");
        return ImageCodec.Instance.Encode([this], format, options ?? ImageEncodeOptions.Default, animation: null);
    }

    /// <summary>Writes an image file, under a temporary name that is then changed; missing folders are created.</summary>
    /// <param name="path">A name that ends in .png, .jpg, .jpeg, .webp or .gif, which is the format.</param>
    /// <param name="options">Quality; null: the defaults.</param>
    /// <exception cref="ArgumentException">The name ends otherwise.</exception>
    public void Save(string path, ImageEncodeOptions? options = null) => AtomicFile.Write(path, Encode(ImageSignature.FromName(path), options));
}
