using Dit.Data;

namespace Dit.Samples.Mnist;

/// <summary>Just enough drawing for a curve with numbers on its axes.</summary>
internal sealed class Canvas
{
    private const string Glyphs = "0123456789.";

    // 3 x 5 pixels each, a row in 3 bits, from the top.
    private static readonly ushort[] Font =
    [
        0b111_101_101_101_111, 0b010_110_010_010_111, 0b111_001_111_100_111, 0b111_001_111_001_111, 0b101_101_111_001_001, 0b111_100_111_001_111,
        0b111_100_111_101_111, 0b111_001_010_010_010, 0b111_101_111_101_111, 0b111_101_111_001_111, 0b000_000_000_000_010,
    ];

    private readonly byte[] _pixels;
    private readonly int _width;
    private readonly int _height;

    public Canvas(int width, int height)
    {
        (_width, _height, _pixels) = (width, height, new byte[width * height * 3]);
        Array.Fill(_pixels, (byte)255);
    }

    public void Line(int x0, int y0, int x1, int y1, int rgb)
    {
        var steps = Math.Max(1, Math.Max(Math.Abs(x1 - x0), Math.Abs(y1 - y0)));
        for (var i = 0; i <= steps; i++) Dot(x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps, rgb);
    }

    public void Text(int x, int y, string digits)
    {
        foreach (var c in digits)
        {
            var glyph = Glyphs.IndexOf(c, StringComparison.Ordinal);
            for (var bit = 0; glyph >= 0 && bit < 15; bit++)
                if ((Font[glyph] >> (14 - bit) & 1) != 0)
                    for (var i = 0; i < 4; i++) Dot(x + bit % 3 * 2 + i % 2, y + bit / 3 * 2 + i / 2, 0x404040);
            x += 8;
        }
    }

    public PixelImage ToImage() => new(_pixels, _height, _width, channels: 3);

    private void Dot(int x, int y, int rgb)
    {
        if ((uint)x >= (uint)_width || (uint)y >= (uint)_height) return;
        var at = 3 * (y * _width + x);
        (_pixels[at], _pixels[at + 1], _pixels[at + 2]) = ((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb);
    }
}
