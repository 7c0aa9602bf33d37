namespace Dit.Data;

/// <summary>The image in an opened file, with alpha blended over white.</summary>
/// <param name="reader">Owned by the caller.</param>
/// <param name="channels">1, or 3 of an image with colours.</param>
internal sealed class ReaderImage(ImageReader reader, int channels) : ISourceImage
{
    public int Height => reader.Header.Height;

    public int Width => reader.Header.Width;

    public int Channels => channels;

    public RowSource Rows(ImageRegion part)
    {
        if (part != ImageRegion.Whole(Height, Width)) reader.Restrict(part);
        return new ReaderRows(reader, part, channels);
    }

    public PixelImage ReadAll()
    {
        var pixels = GC.AllocateUninitializedArray<byte>(checked(Height * Width * channels));
        if (channels == reader.Header.Channels)
        {
            reader.Read(pixels);
        }
        else
        {
            using var rows = Rows(ImageRegion.Whole(Height, Width));
            for (var y = 0; y < Height; y++) rows.Next().CopyTo(pixels.AsSpan(y * Width * channels));
        }
        return new PixelImage(pixels, Height, Width, channels);
    }
}
