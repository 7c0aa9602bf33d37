namespace Dit.Data;

/// <summary>Tells formats by their first bytes; names of files prove nothing.</summary>
internal static class ImageSignature
{
    private const string Known = "PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF file";

    /// <exception cref="InvalidDataException">The bytes begin no image.</exception>
    public static ImageFileFormat Of(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty) throw new InvalidDataException($"it is empty; expected a {Known}");
        if (file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G'])) return ImageFileFormat.Png;
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return ImageFileFormat.Jpeg;
        if (file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8)) return ImageFileFormat.Gif;
        if (file.StartsWith("BM"u8)) return ImageFileFormat.Bmp;
        if (file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8)) return ImageFileFormat.Tiff;
        if (file.StartsWith("II+\0"u8) || file.StartsWith("MM\0+"u8)) return ImageFileFormat.Tiff;        // of more than 4 GB, maybe
        if (file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8)) return ImageFileFormat.WebP;
        if (file.Length >= 12 && file[4..].StartsWith("ftyp"u8) && IsAvif(file.Slice(8, 4))) return ImageFileFormat.Avif;
        throw new InvalidDataException($"it starts with {Convert.ToHexString(file[..Math.Min(file.Length, 8)])}, which begins no {Known}");
    }

    /// <summary>Whether a brand of the ISO base media format is that of still or moving AVIF, or of any image.</summary>
    private static bool IsAvif(ReadOnlySpan<byte> brand) => brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8) || brand.SequenceEqual("mif1"u8);

    /// <summary>The format that the name of a file to be written asks for.</summary>
    /// <exception cref="ArgumentException">The name ends otherwise.</exception>
    public static ImageFileFormat FromName(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".PNG" => ImageFileFormat.Png,
            ".JPG" or ".JPEG" => ImageFileFormat.Jpeg,
            ".WEBP" => ImageFileFormat.WebP,
            ".GIF" => ImageFileFormat.Gif,
            _ => throw new ArgumentException($"'{path}' ends in none of .png, .jpg, .jpeg, .webp and .gif, the formats that are written.", nameof(path)),
        };
    }
}
