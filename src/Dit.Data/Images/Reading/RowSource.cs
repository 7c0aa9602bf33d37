namespace Dit.Data;

/// <summary>Rows of pixels, one after the other.</summary>
/// <param name="width">Pixels in a row.</param>
/// <param name="channels">1 or 3.</param>
internal abstract class RowSource(int width, int channels) : IDisposable
{
    public int Width { get; } = width;

    public int Channels { get; } = channels;

    /// <summary>The next row, [W, C]; it lives until the next call.</summary>
    public abstract ReadOnlySpan<byte> Next();

    /// <summary>Gives buffers back.</summary>
    public virtual void Dispose()
    {
    }
}
