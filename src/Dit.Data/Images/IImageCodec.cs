namespace Dit.Data;

/// <summary>
/// What the rest of the assembly needs of an image library: rows of pixels as they are stored, and files of pixels. What is done
/// with rows (alpha, channels, orientation, crops) is the same code for all. Codecs/ holds one implementation, ImageCodec, per
/// backend.
/// </summary>
internal interface IImageCodec
{
    /// <summary>Reads the header of a file; damage is an <see cref="InvalidDataException"/>.</summary>
    /// <param name="file">A whole file, which stays pinned until the reader is disposed.</param>
    /// <param name="format">What its signature says it is.</param>
    /// <param name="applyColorProfile">Whether rows are converted to sRGB.</param>
    ImageReader Open(ReadOnlySpan<byte> file, ImageFileFormat format, bool applyColorProfile);

    /// <summary>Encodes one image, or several of one size as an animation, without metadata.</summary>
    /// <param name="frames">One image, or those of <paramref name="animation"/>.</param>
    /// <param name="format">PNG, JPEG, WebP or GIF.</param>
    /// <param name="options">Quality.</param>
    /// <param name="animation">Null for a still image.</param>
    byte[] Encode(IReadOnlyList<PixelImage> frames, ImageFileFormat format, ImageEncodeOptions options, AnimationOptions? animation);
}
