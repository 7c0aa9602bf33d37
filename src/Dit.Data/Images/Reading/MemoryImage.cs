namespace Dit.Data;

/// <summary>An image in memory, to be read in rows.</summary>
internal sealed class MemoryImage(PixelImage image) : ISourceImage
{
    public int Height => image.Height;

    public int Width => image.Width;

    public int Channels => image.Channels;

    public RowSource Rows(ImageRegion part) => new PixelRows(image, part);
}
