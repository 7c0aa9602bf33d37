namespace Dit.Data;

/// <summary>How data sets of files decode them.</summary>
internal static class FileDecoding
{
    /// <summary>RGB, whatever a file has: a batch takes one number of channels.</summary>
    public static ImageDecodeOptions Rgb { get; } = new() { Channels = 3 };

    /// <summary>Height and width of what decoding a file gives in full size, from its header.</summary>
    public static (int Height, int Width) SizeOf(string path, ImageDecodeOptions options)
    {
        const int FirstOnItsSide = 5;       // of EXIF's orientations
        var info = ImageInfo.Read(path);
        return options.ApplyOrientation || info.Orientation < FirstOnItsSide ? (info.Height, info.Width) : (info.Width, info.Height);
    }
}
