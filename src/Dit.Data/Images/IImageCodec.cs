namespace Dit.Data;

/// <summary>What the rest of the assembly needs of an image library. Codecs/ holds one implementation, ImageCodec, per backend.</summary>
internal interface IImageCodec
{
    /// <summary>Decodes a file as <see cref="PixelImage.Decode"/> describes; damage is an <see cref="InvalidDataException"/>.</summary>
    PixelImage Decode(ReadOnlySpan<byte> file, int? channels);

    /// <summary>Encodes a PNG without metadata.</summary>
    byte[] EncodePng(PixelImage image);
}
