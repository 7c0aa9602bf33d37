using System.Buffers.Binary;
using System.Numerics;

namespace Dit.Data;

/// <summary>Windows bitmaps. Rows are decoded from the file, which stays pinned, one by one; runs are unpacked when the first is read.</summary>
internal sealed unsafe class BmpReader : ImageReader
{
    private readonly BmpHeader _bmp;
    private readonly byte* _file;
    private readonly int _length;
    private readonly bool _grey;
    private readonly byte[] _palette;       // [colours, 3], red first
    private byte[]? _unpacked;              // [H, W], indices
    private ImageRegion _part;
    private int _row;

    private BmpReader(BmpHeader bmp, byte* file, int length)
    {
        _file = file;
        (_bmp, _length) = (bmp, length);
        _palette = ReadPalette();
        _grey = bmp.Bits <= 8 && Enumerable.Range(0, bmp.Colors).All(i => _palette[3 * i] == _palette[3 * i + 1] && _palette[3 * i] == _palette[3 * i + 2]);
        Header = new(bmp.Height, bmp.Width, _grey ? 1 : bmp.HasAlpha ? 4 : 3, bmp.Bits <= 8 ? bmp.Bits : 8, Frames: 1, Orientation: 1);
        _part = ImageRegion.Whole(bmp.Height, bmp.Width);
    }

    public override StoredImage Header { get; }

    public static BmpReader Open(ReadOnlySpan<byte> file)
    {
        var header = BmpHeader.Read(file);
        fixed (byte* pinned = file) return new(header, pinned, file.Length);        // and pinned by the caller for longer
    }

    public override void Shrink(int factor)
    {
    }

    public override void Restrict(ImageRegion part) => (_part, _row) = (part, part.Top);

    public override void Read(Span<byte> rows)
    {
        var stride = _part.Width * Header.Channels;
        for (; rows.Length >= stride; rows = rows[stride..], _row++) ReadRow(rows[..stride]);
    }

    public override void Dispose()
    {
    }

    private static int Channel(uint pixel, uint mask)
    {
        if (mask == 0) return 0;
        var most = mask >> BitOperations.TrailingZeroCount(mask);
        var value = (pixel & mask) >> BitOperations.TrailingZeroCount(mask);
        return (int)((value * 255UL + most / 2) / most);
    }

    private byte[] ReadPalette()
    {
        var palette = new byte[3 * 256];        // an index beyond the colours is black
        for (var i = 0; i < _bmp.Colors; i++)
        {
            var colour = _file + _bmp.Palette + i * _bmp.PaletteEntry;
            (palette[3 * i], palette[3 * i + 1], palette[3 * i + 2]) = (colour[2], colour[1], colour[0]);
        }
        return palette;
    }

    private void ReadRow(Span<byte> target)
    {
        if (_bmp.Compression is BmpHeader.Runs8 or BmpHeader.Runs4)
        {
            _unpacked ??= BmpRuns.Unpack(new ReadOnlySpan<byte>(_file + _bmp.Data, _length - _bmp.Data), _bmp);
            Look(_unpacked.AsSpan(_row * _bmp.Width), 8, target);
            return;
        }
        var at = _bmp.Data + (_bmp.TopDown ? _row : _bmp.Height - 1 - _row) * _bmp.Stride;
        var needed = ((long)_bmp.Width * _bmp.Bits + 7) / 8;
        if (at + needed > _length)
            throw new InvalidDataException($"it is truncated: it ends at offset {_length}, but row {_row} lies at {at} to {at + needed}");
        var source = new ReadOnlySpan<byte>(_file + at, (int)needed);
        switch (_bmp.Bits)
        {
            case <= 8:
                Look(source, _bmp.Bits, target);
                break;
            case 24:
                for (int i = 0, o = 3 * _part.Left; i < target.Length; i += 3, o += 3)
                    (target[i], target[i + 1], target[i + 2]) = (source[o + 2], source[o + 1], source[o]);
                break;
            default:
                Unmask(source, target);
                break;
        }
    }

    /// <summary>Looks indices up in the palette.</summary>
    private void Look(ReadOnlySpan<byte> indices, int bits, Span<byte> target)
    {
        for (var x = 0; x < _part.Width; x++)
        {
            var bit = (_part.Left + x) * (long)bits;
            var colour = 3 * ((indices[(int)(bit / 8)] >> (8 - bits - (int)(bit % 8))) & ((1 << bits) - 1));
            if (_grey) target[x] = _palette[colour];
            else _palette.AsSpan(colour, 3).CopyTo(target[(3 * x)..]);
        }
    }

    private void Unmask(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var (bytes, channels) = (_bmp.Bits / 8, Header.Channels);
        for (var x = 0; x < _part.Width; x++)
        {
            var stored = source[((_part.Left + x) * bytes)..];
            var pixel = bytes == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(stored) : BinaryPrimitives.ReadUInt32LittleEndian(stored);
            for (var c = 0; c < channels; c++) target[x * channels + c] = (byte)Channel(pixel, _bmp.Masks[c]);
        }
    }
}
