using System.Globalization;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>A chart as pixels: smooth lines on white.</summary>
/// <param name="width">Width in the chart's units.</param>
/// <param name="height">Height in the chart's units.</param>
/// <param name="scale">Pixels per unit.</param>
internal sealed class PixelCanvas(int width, int height, int scale = 2) : IChartCanvas
{
    private const double FontSize = 11, Dash = 4;
    private readonly int _columns = width * scale, _rows = height * scale;
    private readonly byte[] _pixels = [.. Enumerable.Repeat(byte.MaxValue, width * scale * height * scale * 3)];          // [H, W, 3]

    public double Width => width;

    public double Height => height;

    public void Rule(Ink ink, (double X, double Y) from, (double X, double Y) to)
    {
        if (ink != Ink.Mark)
        {
            Draw(ink, [from, to]);
            return;
        }
        var length = Math.Max(Math.Abs(to.X - from.X), Math.Abs(to.Y - from.Y));
        (double X, double Y) At(double place) => (from.X + (to.X - from.X) * place / length, from.Y + (to.Y - from.Y) * place / length);
        for (var place = 0.0; place < length; place += 2 * Dash)
            Draw(ink, [At(place), At(Math.Min(place + Dash, length))]);
    }

    public void Curve(Ink ink, IEnumerable<(double X, double Y)> points) => Draw(ink, [.. points]);

    public void Bar(double left, double top, double width, double height)
    {
        for (var y = (int)Math.Round(top * scale); y < Math.Min(_rows, (int)Math.Round((top + height) * scale)); y++)
            for (var x = (int)Math.Round(left * scale); x < Math.Min(_columns, (int)Math.Round((left + width) * scale)); x++)
                Blend(x, y, Ink.Curve.Colour, 1);
    }

    public void Text(string text, (double X, double Y) at, double anchor, Ink? ink = null)
    {
        var left = at.X - anchor * StrokeFont.WidthOf(text, FontSize);
        foreach (var stroke in StrokeFont.Strokes(text, FontSize))
            Draw((ink ?? Ink.Text) with { Width = Ink.Text.Width }, [.. stroke.Select(p => (left + p.X, at.Y - p.Y))]);
    }

    /// <returns>A PNG file.</returns>
    public byte[] ToPng()
    {
        using var scope = NewDisposeScope();
        return Png.Encode(tensor(_pixels).view(_rows, _columns, 3).permute(2, 0, 1));                                   // [3, H, W]
    }

    /// <summary>Covers each pixel as far as the line does: by its distance to the nearest of the line's parts.</summary>
    private void Draw(Ink ink, (double X, double Y)[] points)
    {
        var radius = ink.Width * scale / 2;
        var coverage = new Dictionary<(int X, int Y), double>();
        for (var i = 0; i < Math.Max(1, points.Length - 1) && points.Length > 0; i++)
        {
            var (from, to) = (Pixel(points[i]), Pixel(points[Math.Min(i + 1, points.Length - 1)]));
            for (var y = Bound(Math.Min(from.Y, to.Y) - radius - 1, _rows); y < Bound(Math.Max(from.Y, to.Y) + radius + 2, _rows); y++)
            {
                for (var x = Bound(Math.Min(from.X, to.X) - radius - 1, _columns); x < Bound(Math.Max(from.X, to.X) + radius + 2, _columns); x++)
                {
                    var covered = Math.Clamp(radius + 0.5 - Distance((x + 0.5, y + 0.5), from, to), 0, 1);
                    if (covered > coverage.GetValueOrDefault((x, y)))
                        coverage[(x, y)] = covered;
                }
            }
        }
        foreach (var ((x, y), covered) in coverage)
            Blend(x, y, ink.Colour, covered);
    }

    private (double X, double Y) Pixel((double X, double Y) place) => (place.X * scale, place.Y * scale);

    private static int Bound(double pixel, int count) => (int)Math.Clamp(pixel, 0, count);

    private static double Distance((double X, double Y) point, (double X, double Y) from, (double X, double Y) to)
    {
        var (dx, dy) = (to.X - from.X, to.Y - from.Y);
        var length = dx * dx + dy * dy;
        var along = length == 0 ? 0 : Math.Clamp(((point.X - from.X) * dx + (point.Y - from.Y) * dy) / length, 0, 1);
        return Math.Sqrt(Math.Pow(point.X - from.X - along * dx, 2) + Math.Pow(point.Y - from.Y - along * dy, 2));
    }

    private void Blend(int x, int y, string colour, double covered)
    {
        for (var channel = 0; channel < 3; channel++)
        {
            ref var pixel = ref _pixels[(y * _columns + x) * 3 + channel];
            var ink = int.Parse(colour.AsSpan(1 + 2 * channel, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            pixel = (byte)Math.Round(pixel + (ink - pixel) * covered);
        }
    }
}
