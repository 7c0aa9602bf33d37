namespace Dit.Data;

/// <summary>From the bytes of a file to pixels: limits, orientation, channels, crops.</summary>
internal static unsafe class ImageFileReader
{
    /// <summary>No image within the limit on pixels has a file that large.</summary>
    private const long MostBytes = 1L << 30;

    public static ImageInfo Identify(ReadOnlySpan<byte> file)
    {
        fixed (byte* pinned = file)
        {
            var format = ImageSignature.Of(file);
            using var reader = ImageCodec.Instance.Open(file, format, applyColorProfile: false);
            var h = reader.Header;
            var (height, width) = h.IsOnItsSide ? (h.Width, h.Height) : (h.Height, h.Width);
            return new(format, height, width, h.Colors, h.HasAlpha, h.Bits, h.Frames, h.Orientation);
        }
    }

    /// <param name="file">A whole file.</param>
    /// <param name="options">How it is decoded.</param>
    /// <param name="crop">What is kept; null: all.</param>
    /// <param name="random">The source of the crop's choices; null only where it makes none.</param>
    public static PixelImage Decode(ReadOnlySpan<byte> file, ImageDecodeOptions options, IImageCrop? crop = null, Random? random = null) =>
        DecodeTo(null, file, options, crop, random)!;

    /// <summary>Decodes a file into a target if that can be done row by row: cropped to the target's size, from a file that is upright.</summary>
    /// <returns>Null where the target has the image; else the image.</returns>
    public static PixelImage? DecodeTo(IPixelTarget? target, ReadOnlySpan<byte> file, ImageDecodeOptions options, IImageCrop? crop, Random? random)
    {
        fixed (byte* pinned = file)
        {
            using var reader = ImageCodec.Instance.Open(file, ImageSignature.Of(file), options.ApplyColorProfile);
            RefuseHuge(reader.Header, options.MaxPixels);
            if (options.ShrinkToSide is { } side) Shrink(reader, side);

            var header = reader.Header;
            var upright = options.ApplyOrientation ? header.Orientation : 1;
            var channels = options.Channels ?? header.Colors;
            var stored = new ReaderImage(reader, Math.Min(channels, header.Colors));
            if (crop is not null && upright == 1)
            {
                var plan = crop.Plan(header.Height, header.Width, random!);
                if (target is null || !target.Fits(plan.Window.Height, plan.Window.Width, channels)) return Cropper.Crop(stored, plan).ToChannels(channels);
                using var rows = Cropper.Open(stored, plan);
                target.Write(rows, plan.Mirror);
                return null;
            }

            var image = Orientation.Apply(stored.ReadAll(), upright);
            if (crop is not null) image = image.Crop(crop, random);
            return image.ToChannels(channels);
        }
    }

    public static byte[] ReadAll(string path)
    {
        var length = new FileInfo(path).Length;
        if (length > MostBytes) throw new InvalidDataException($"it has {length} bytes; expected an image file of at most {MostBytes}");
        return File.ReadAllBytes(path);
    }

    /// <summary>Adds the path to errors in the file.</summary>
    public static T Named<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"'{path}' is not an image that can be read: {e.Message}. Replace or remove the file.", e);
        }
    }

    private static void RefuseHuge(StoredImage header, long limit)
    {
        var pixels = (long)header.Height * header.Width;
        if (pixels > limit)
            throw new InvalidDataException(
                $"its header promises {header.Width} x {header.Height} = {pixels} pixels, more than the limit of {limit} (ImageDecodeOptions.MaxPixels)");
    }

    private static void Shrink(ImageReader reader, int side)
    {
        var shorter = Math.Min(reader.Header.Height, reader.Header.Width);
        var factor = 8;
        while (factor > 1 && shorter / factor < side) factor /= 2;
        if (factor > 1) reader.Shrink(factor);
    }
}
