namespace Dit.Data;

/// <summary>The place of an image in a batch.</summary>
/// <param name="planes">Its part of the batch, [C, H, W].</param>
/// <param name="like">An image of the batch's size.</param>
/// <param name="mirror">Whether the image is mirrored on its way there.</param>
internal sealed class BatchSlot(Memory<byte> planes, PixelImage like, bool mirror) : IPixelTarget
{
    public bool Fits(int height, int width, int channels) => (height, width, channels) == (like.Height, like.Width, like.Channels);

    public void Write(RowSource rows, bool mirrored)
    {
        for (var y = 0; y < like.Height; y++) Planes.FromRow(rows.Next(), rows.Channels, planes.Span, like.Channels, y, mirror ^ mirrored);
    }
}
