using System.Buffers;

namespace Dit.Data;

/// <summary>The rows of a part of an image file, read a few at a time.</summary>
internal sealed class ReaderRows : RowSource
{
    private const int Strip = 8;

    private readonly ImageReader _reader;
    private readonly int _stored;           // channels
    private readonly byte[] _strip;         // rented
    private readonly byte[] _converted;     // rented
    private int _unread;
    private int _ready;
    private int _next;

    /// <param name="reader">Restricted to the part already.</param>
    /// <param name="part">The part.</param>
    /// <param name="channels">1, or 3 of an image with colours.</param>
    public ReaderRows(ImageReader reader, ImageRegion part, int channels) : base(part.Width, channels)
    {
        (_reader, _stored, _unread) = (reader, reader.Header.Channels, part.Height);
        _strip = ArrayPool<byte>.Shared.Rent(checked(Strip * Width * _stored));
        _converted = _stored == channels ? [] : ArrayPool<byte>.Shared.Rent(Width * channels);
    }

    public override ReadOnlySpan<byte> Next()
    {
        if (_next == _ready)
        {
            _ready = Math.Min(Strip, _unread);
            if (_ready == 0) throw new InvalidOperationException("All rows have been read.");
            _reader.Read(_strip.AsSpan(0, _ready * Width * _stored));
            _unread -= _ready;
            _next = 0;
        }
        var row = _strip.AsSpan(_next++ * Width * _stored, Width * _stored);
        if (_stored == Channels) return row;
        var converted = _converted.AsSpan(0, Width * Channels);
        ChannelConversion.Convert(row, _stored, converted, Channels);
        return converted;
    }

    public override void Dispose()
    {
        base.Dispose();
        ArrayPool<byte>.Shared.Return(_strip);
        if (_converted.Length > 0) ArrayPool<byte>.Shared.Return(_converted);
    }
}
