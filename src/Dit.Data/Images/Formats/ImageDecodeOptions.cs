namespace Dit.Data;

/// <summary>How image files are decoded.</summary>
public sealed record ImageDecodeOptions
{
    /// <summary>The most pixels that the default lets an image have, Pillow's limit: 178,956,970.</summary>
    public const long DefaultMaxPixels = 178_956_970;

    private readonly int? _channels;
    private readonly long _maxPixels = DefaultMaxPixels;
    private readonly int? _shrinkToSide;

    /// <summary>1 (grey: ITU-R 601 luma), 3 (RGB), or null for what the file has.</summary>
    public int? Channels
    {
        get => _channels;
        init => _channels = value is null or 1 or 3
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Channels), value, "An image has 1 channel (grey) or 3 (RGB); null keeps what the file has.");
    }

    /// <summary>Images whose header says that they have more pixels are refused before memory for them is allocated.</summary>
    public long MaxPixels
    {
        get => _maxPixels;
        init => _maxPixels = value is > 0 and <= MostPixels
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxPixels), value, $"A limit is 1 to {MostPixels} pixels, which fill an array as RGB.");
    }

    /// <summary>Whether images are turned upright as their EXIF orientation says.</summary>
    public bool ApplyOrientation { get; init; } = true;

    /// <summary>
    /// Whether colours are converted to sRGB by the colour profile in the file. Off: numbers as they are stored, like Pillow.
    /// Files without a profile, with sRGB's, and grey ones are the same either way. ImageSharp 3 cannot: always off.
    /// </summary>
    public bool ApplyColorProfile { get; init; } = true;

    /// <summary>
    /// Shrink-on-load: decoding gives 1/2, 1/4 or 1/8 of the size, the smallest whose shorter side is still at least this long.
    /// Formats that cannot be decoded faster so (all but JPEG and WebP) come in full size. Crops then see the shrunk image;
    /// pixels differ by some levels from those of a full-size image that was reduced. Null: full size.
    /// </summary>
    public int? ShrinkToSide
    {
        get => _shrinkToSide;
        init => _shrinkToSide = value is null or > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(ShrinkToSide), value, "A side has at least 1 pixel; null decodes in full size.");
    }

    internal const long MostPixels = int.MaxValue / 3;

    internal static ImageDecodeOptions Default { get; } = new();

    internal static ImageDecodeOptions For(int? channels) => channels is null ? Default : new() { Channels = channels };
}
