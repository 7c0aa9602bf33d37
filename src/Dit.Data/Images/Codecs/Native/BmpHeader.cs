using System.Buffers.Binary;
using System.Numerics;

namespace Dit.Data;

/// <summary>The header of a Windows bitmap: BITMAPCOREHEADER, BITMAPINFOHEADER and its successors.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="TopDown">Whether the first row is stored first; as a rule it is stored last.</param>
/// <param name="Bits">Of a pixel: 1, 4, 8, 16, 24 or 32.</param>
/// <param name="Compression">0: none, 1: runs of bytes, 2: runs of half bytes, 3: masks.</param>
/// <param name="Data">Where pixels start.</param>
/// <param name="Palette">Where the palette starts, blue first.</param>
/// <param name="PaletteEntry">Bytes of one of its colours, 3 or 4.</param>
/// <param name="Colors">The number of its colours.</param>
/// <param name="Masks">Of red, green, blue and alpha in a pixel of 16 or 32 bits.</param>
internal sealed record BmpHeader(
    int Height, int Width, bool TopDown, int Bits, int Compression, int Data, int Palette, int PaletteEntry, int Colors, uint[] Masks)
{
    public const int None = 0, Runs8 = 1, Runs4 = 2;

    private const int FileHeader = 14, CoreHeader = 12, InfoHeader = 40, BitFields = 3, AlphaBitFields = 6;

    public bool HasAlpha => Masks[3] != 0;

    /// <summary>Bytes of a stored row that is not compressed: a multiple of 4.</summary>
    public long Stride => ((long)Width * Bits + 31) / 32 * 4;

    /// <exception cref="InvalidDataException">The header is damaged, truncated or of an unknown kind.</exception>
    public static BmpHeader Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < FileHeader + CoreHeader) throw Truncated(file.Length);
        var data = U32(file, 10);
        var size = U32(file, FileHeader);
        if (size != CoreHeader && size is < InfoHeader or > 1024)
            throw new InvalidDataException($"its header has {size} bytes, but a bitmap's has 12 or at least 40");
        if (file.Length < FileHeader + size) throw Truncated(file.Length);
        var core = size == CoreHeader;
        var width = core ? U16(file, 18) : (int)U32(file, 18);
        var height = core ? U16(file, 20) : (int)U32(file, 22);
        var bits = U16(file, core ? 24 : 28);
        var compression = core ? None : (int)Math.Min(U32(file, 30), int.MaxValue);
        if (width <= 0 || height is 0 or int.MinValue) throw new InvalidDataException($"its header promises {width} x {height} pixels");

        var known = (compression, bits) is (None, 1 or 4 or 8 or 16 or 24 or 32) or (Runs8, 8) or (Runs4, 4) or (BitFields or AlphaBitFields, 16 or 32);
        if (!known) throw new InvalidDataException($"it has {bits} bits a pixel in compression {compression}, which is no kind of bitmap that is read");
        var palette = FileHeader + (int)size;
        var masks = Masks32(file, compression, bits, size, ref palette);
        var stated = core ? 0 : U32(file, 46);
        var colours = bits > 8 ? 0 : stated is 0 or > 256 ? 1 << bits : (int)stated;
        if (data < palette || data > file.Length) throw new InvalidDataException($"its pixels start at {data}, outside the file or in its header");
        var entry = core ? 3 : 4;
        colours = Math.Min(colours, ((int)data - palette) / entry);
        return new(Math.Abs(height), width, height < 0, bits, compression, (int)data, palette, entry, colours, masks);
    }

    private static uint[] Masks32(ReadOnlySpan<byte> file, int compression, int bits, uint size, ref int palette)
    {
        if (compression is not (BitFields or AlphaBitFields))
            return bits == 16 ? [0x7C00, 0x03E0, 0x001F, 0] : [0xFF0000, 0x00FF00, 0x0000FF, 0];
        // They are the end of a longer header, or follow a short one.
        const int at = FileHeader + InfoHeader;
        var count = compression == AlphaBitFields || size >= 56 ? 4 : 3;
        if (size == InfoHeader) palette += 4 * count;
        if (file.Length < at + 4 * count) throw Truncated(file.Length);
        uint[] masks = [U32(file, at), U32(file, at + 4), U32(file, at + 8), count == 4 ? U32(file, at + 12) : 0];
        foreach (var mask in masks)
        {
            var shifted = mask == 0 ? 0 : mask >> BitOperations.TrailingZeroCount(mask);
            if ((shifted & (shifted + 1)) != 0) throw new InvalidDataException($"it has the colour mask {mask:X8}, whose bits are not neighbours");
        }
        return masks;
    }

    private static InvalidDataException Truncated(int length) => new($"it is truncated: it ends at offset {length}, inside its header");

    private static int U16(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt16LittleEndian(file[at..]);

    private static uint U32(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt32LittleEndian(file[at..]);
}
