namespace Dit.Data;

/// <summary>An image as a file's bytes, not decoded yet.</summary>
/// <param name="Name">Where it comes from; for errors.</param>
/// <param name="File">A whole PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF file.</param>
/// <param name="Label">The class, from 0; null where there are none.</param>
public sealed record EncodedImage(string Name, ReadOnlyMemory<byte> File, long? Label = null)
{
    /// <summary>Several conditions at once; see <see cref="LabeledImage.Attributes"/>.</summary>
    public ReadOnlyMemory<float> Attributes { get; init; }

    /// <value>How a data set decodes the file; RGB in full size unless set. For a stream, <see cref="StreamLoader.Decoding"/> says it.</value>
    public ImageDecodeOptions Decoding { get; init => field = value ?? throw new ArgumentNullException(nameof(Decoding)); } = FileDecoding.Rgb;
}
