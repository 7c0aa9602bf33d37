namespace Dit.Data;

/// <summary>How data sets of files decode them.</summary>
internal static class FileDecoding
{
    /// <summary>RGB, whatever a file has: a batch takes one number of channels.</summary>
    public static ImageDecodeOptions Rgb { get; } = new() { Channels = 3 };

    /// <summary>Reads a file, without a label.</summary>
    public static EncodedImage Read(string path, ImageDecodeOptions options) =>
        new(path, ImageFileReader.Named(path, () => ImageFileReader.ReadAll(path))) { Decoding = options };

    /// <summary>Decodes a file, and crops it.</summary>
    public static LabeledImage Decode(EncodedImage file, IImageCrop? crop = null, Random? random = null) =>
        new(ImageFileReader.Named(file.Name, () => ImageFileReader.Decode(file.File.Span, file.Decoding, crop, random)), file.Label) { Attributes = file.Attributes };

    /// <summary>Height and width of what decoding a file gives in full size, from its header.</summary>
    public static (int Height, int Width) SizeOf(string path, ImageDecodeOptions options)
    {
        const int FirstOnItsSide = 5;       // of EXIF's orientations
        var info = ImageInfo.Read(path);
        return options.ApplyOrientation || info.Orientation < FirstOnItsSide ? (info.Height, info.Width) : (info.Width, info.Height);
    }
}
