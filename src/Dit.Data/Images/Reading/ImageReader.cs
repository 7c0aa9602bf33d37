namespace Dit.Data;

/// <summary>An opened image file: its header, then its rows as they are stored, 8 bits a channel, each once.</summary>
internal abstract class ImageReader : IDisposable
{
    /// <summary>What will be read.</summary>
    public abstract StoredImage Header { get; }

    /// <summary>Makes the image a 1/<paramref name="factor"/> of its size, 2, 4 or 8, where the format decodes that faster.</summary>
    public abstract void Shrink(int factor);

    /// <summary>Only this part of the image will be read.</summary>
    public abstract void Restrict(ImageRegion part);

    /// <summary>Reads the next rows, as many as fit.</summary>
    public abstract void Read(Span<byte> rows);

    public abstract void Dispose();
}
