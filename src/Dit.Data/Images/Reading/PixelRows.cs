namespace Dit.Data;

/// <summary>The rows of a part of an image in memory.</summary>
internal sealed class PixelRows(PixelImage image, ImageRegion part) : RowSource(part.Width, image.Channels)
{
    private int _row = part.Top;

    public override ReadOnlySpan<byte> Next() =>
        image.Pixels.Span.Slice((_row++ * image.Width + part.Left) * Channels, part.Width * Channels);
}
