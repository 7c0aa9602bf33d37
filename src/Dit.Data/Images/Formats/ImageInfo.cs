namespace Dit.Data;

/// <summary>What the header of an image file says, without its pixels having been decoded.</summary>
/// <param name="Format">The format by the file's content.</param>
/// <param name="Height">Rows, upright: the orientation is applied.</param>
/// <param name="Width">Pixels in a row, upright.</param>
/// <param name="Channels">1 (grey) or 3 (RGB), which is what decoding gives when nothing else is asked for.</param>
/// <param name="HasAlpha">Whether pixels may be transparent; decoding blends them over white.</param>
/// <param name="BitsPerChannel">8 or 16 (32 in some TIFF files), or fewer in a palette; decoding gives 8.</param>
/// <param name="Frames">The frames of an animation or the pages of a TIFF file; decoding reads the first.</param>
/// <param name="Orientation">EXIF's orientation, 1 (upright) to 8.</param>
public sealed record ImageInfo(
    ImageFileFormat Format, int Height, int Width, int Channels, bool HasAlpha, int BitsPerChannel, int Frames, int Orientation)
{
    private const int Prefix = 1 << 16;

    /// <summary>Reads the header of an image file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The header is damaged, or the file is no image.</exception>
    public static ImageInfo Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var start = new byte[(int)Math.Min(file.Length, Prefix)];
        file.ReadExactly(start);
        return ImageFileReader.Named(path, () => HasShortHeader(start) && TryRead(start) is { } info ? info : Read(ImageFileReader.ReadAll(path)));
    }

    /// <summary>Reads the header of an image file in memory.</summary>
    /// <param name="file">A whole file.</param>
    /// <exception cref="InvalidDataException">The header is damaged, or the bytes are no image.</exception>
    public static ImageInfo Read(ReadOnlySpan<byte> file) => ImageFileReader.Identify(file);

    /// <summary>Whether all that is wanted is at the beginning; other formats need all of the file to count its frames.</summary>
    private static bool HasShortHeader(ReadOnlySpan<byte> start) =>
        ImageSignature.Of(start) is ImageFileFormat.Png or ImageFileFormat.Jpeg or ImageFileFormat.Bmp;

    /// <summary>Null where the header goes on after the beginning of the file.</summary>
    private static ImageInfo? TryRead(ReadOnlySpan<byte> start)
    {
        try
        {
            return Read(start);
        }
        catch (InvalidDataException) when (start.Length == Prefix)
        {
            return null;
        }
    }
}
