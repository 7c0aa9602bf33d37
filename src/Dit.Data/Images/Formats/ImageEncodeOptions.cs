namespace Dit.Data;

/// <summary>How image files are encoded.</summary>
public sealed record ImageEncodeOptions
{
    private readonly int _quality = 90;

    /// <summary>Of JPEG and of WebP that is not lossless, 1 to 100.</summary>
    public int Quality
    {
        get => _quality;
        init => _quality = value is >= 1 and <= 100
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Quality), value, "A quality is 1 (smallest file) to 100 (best image).");
    }

    /// <summary>Whether WebP keeps every pixel exactly.</summary>
    public bool Lossless { get; init; }

    internal static ImageEncodeOptions Default { get; } = new();
}
