namespace Dit.Data;

/// <summary>Many images as one: each scaled down to fit a square, by averaging; on black. Workers fill it at the same time.</summary>
internal sealed class ContactSheet
{
    private const int Gap = 2;
    private const int Channels = 3;

    private readonly int _columns;
    private readonly int _side;
    private readonly int _width;
    private readonly int _height;
    private readonly byte[] _pixels;

    public ContactSheet(int images, int side)
    {
        (_side, _columns) = (side, (int)Math.Ceiling(Math.Sqrt(images)));
        var rows = (images + _columns - 1) / _columns;
        (_width, _height) = (checked(_columns * (side + Gap) + Gap), checked(rows * (side + Gap) + Gap));
        _pixels = new byte[checked(_width * _height * Channels)];
    }

    public void Draw(int place, PixelImage image)
    {
        var scale = Math.Min(1.0, (double)_side / Math.Max(image.Height, image.Width));
        var (height, width) = (Math.Max(1, (int)(image.Height * scale)), Math.Max(1, (int)(image.Width * scale)));
        var (top, left) = (Gap + place / _columns * (_side + Gap) + (_side - height) / 2, Gap + place % _columns * (_side + Gap) + (_side - width) / 2);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                for (var c = 0; c < Channels; c++)
                    _pixels[((top + y) * _width + left + x) * Channels + c] = Average(image, y, height, x, width, Math.Min(c, image.Channels - 1));
    }

    public PixelImage ToImage() => new(_pixels, _height, _width, Channels);

    /// <summary>The mean of the pixels that a pixel of the smaller image covers.</summary>
    private static byte Average(PixelImage image, int y, int height, int x, int width, int c)
    {
        var (y0, y1) = ((int)((long)y * image.Height / height), (int)((y + 1L) * image.Height / height));
        var (x0, x1) = ((int)((long)x * image.Width / width), (int)((x + 1L) * image.Width / width));
        var pixels = image.Pixels.Span;
        var sum = 0L;
        for (var i = y0; i < y1; i++)
            for (var j = x0; j < x1; j++) sum += pixels[(i * image.Width + j) * image.Channels + c];
        var count = (long)(y1 - y0) * (x1 - x0);
        return (byte)((sum + count / 2) / count);
    }
}
