using System.Globalization;
using System.Xml.Linq;

namespace Dit.Core.Tests;

/// <summary>Four points over three decades; the last loss is above what is shown, at twice the first one's height above the least.</summary>
public sealed class LearningRateCurveTests
{
    private const double Left = 62, Right = 620, Top = 26, Bottom = 318;
    private static readonly LearningRateCurve Curve = new([1e-5, 1e-4, 1e-3, 1e-2], [2, 1.5, 1, 40], 1e-4);

    /// <summary>From 0.9 to 3.1: a twentieth of what is shown is free at either end.</summary>
    private static readonly (double X, double Y)[] Expected = [.. new[] { (0, 2), (1 / 3.0, 1.5), (2 / 3.0, 1), (1, 3) }
        .Select(p => (Left + p.Item1 * (Right - Left), Bottom - (p.Item2 - 0.9) / 2.2 * (Bottom - Top)))];

    [Fact]
    public void As_SVG_it_is_to_scale_and_needs_no_style_sheet()
    {
        var svg = XDocument.Parse(Curve.ToSvg()).Root!;
        var points = Named(svg, "polyline").Single().Attribute("points")!.Value.Trim().Split(' ').Select(p => p.Split(',').Select(Number).ToArray()).ToArray();
        Assert.Equal(4, points.Length);
        foreach (var (point, (x, y)) in points.Zip(Expected).SkipLast(1))
        {
            Assert.Equal(x, point[0], 0.06);
            Assert.Equal(y, point[1], 0.06);
        }
        Assert.Equal((Right, Top), (points[3][0], points[3][1]));
        var texts = Named(svg, "text").Select(t => t.Value).ToArray();
        Assert.All((string[])["1e-5", "1e-4", "1e-3", "1e-2", "learning rate", "loss"], text => Assert.Contains(text, texts));
        var mark = Named(svg, "line").Single(l => l.Attribute("class")!.Value == "mark");
        Assert.Equal((248.0, 248.0), (Number(mark.Attribute("x1")!.Value), Number(mark.Attribute("x2")!.Value)));
        Assert.Contains(".curve{stroke:#1f5fa8", Named(svg, "style").Single().Value, StringComparison.Ordinal);
    }

    /// <summary>Every point of the curve is ink of its colour, two pixels to the unit; so is the mark; the numbers are there.</summary>
    [Fact]
    public void As_PNG_it_is_the_same_picture()
    {
        var (width, height, channels, pixels) = PngReader.Read(Curve.ToPng());
        Assert.Equal((1280, 720, 3), (width, height, channels));
        (int R, int G, int B) At(double x, double y)
        {
            var at = ((int)(2 * y) * width + (int)(2 * x)) * 3;
            return (pixels[at], pixels[at + 1], pixels[at + 2]);
        }

        foreach (var ((fromX, fromY), (toX, toY)) in Expected.Zip(Expected.Skip(1)).SkipLast(1))
            foreach (var part in Enumerable.Range(0, 21).Select(i => i / 20.0).Where(part => Math.Abs(fromX + part * (toX - fromX) - 248) > 3))     // the mark is on top
                Assert.Equal((0x1f, 0x5f, 0xa8), At(fromX + part * (toX - fromX), fromY + part * (toY - fromY)));
        Assert.Equal((0xc0, 0x40, 0x20), At(248, Top + 1));
        Assert.Equal((255, 255, 255), At(248 - 20, Top + 5));
        Assert.Equal(4, new[] { 62, 248, 434, 620 }.Count(x => Ink(x - 14, 326, x + 14, 340)));                  // under each decade
        Assert.False(Ink(100, 326, 200, 340));
        Assert.True(Ink(300, 342, 400, 356));                                                                    // learning rate

        bool Ink(int left, int top, int right, int bottom) => Enumerable.Range(top, bottom - top).Any(y => Enumerable.Range(left, Math.Min(right, 639) - left).Any(x => At(x, y).R < 160));
    }

    [Fact]
    public void Every_letter_of_a_chart_can_be_written_as_pixels() =>
        Assert.All("0123456789.,-+eEkM abcdefghijklmnopqrstuvwxyz", letter => Assert.True(StrokeFont.Has(letter), $"{letter}"));

    /// <summary>Short tests have few decades, and a loss that only rises still fills the picture.</summary>
    [Fact]
    public void Short_and_hopeless_curves_have_numbers_too()
    {
        var texts = Named(XDocument.Parse(new LearningRateCurve([1e-3, 2e-3, 4e-3], [1, 2, 3], 1e-3).ToSvg()).Root!, "text").Select(t => t.Value).ToArray();
        Assert.All((string[])["1e-3", "2e-3", "1", "2", "3"], text => Assert.Contains(text, texts));
        Assert.NotEmpty(new LearningRateCurve([1e-3, 1e-3], [1, 1], 1e-3).ToPng());
    }

    private static IEnumerable<XElement> Named(XElement svg, string name) => svg.Elements().Where(e => e.Name.LocalName == name);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
