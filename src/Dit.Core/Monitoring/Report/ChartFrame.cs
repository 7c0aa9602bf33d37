using System.Globalization;
using System.Net;
using System.Text;

namespace Dit.Core;

/// <summary>The frame of a chart in SVG: axes with round numbers, and where on the picture a value lies.</summary>
internal sealed class ChartFrame
{
    private const double Width = 640, Height = 260, Left = 62, Right = 20, Top = 10, Bottom = 26;
    private const int Ticks = 5;
    private readonly StringBuilder _svg = new();
    private readonly double _minX, _maxX, _minY, _maxY;

    public ChartFrame(string title, double minX, double maxX, double minY, double maxY, params IReadOnlyList<(string Name, string Colour)> legend)
    {
        (_minX, _maxX, _minY, _maxY) = (minX, maxX > minX ? maxX : minX + 1, minY, maxY > minY ? maxY : minY + 1);
        var name = WebUtility.HtmlEncode(title);
        _svg.Append(Invariant($"<figure><figcaption>{name}"));
        foreach (var (line, colour) in legend)
            _svg.Append(Invariant($"<span class=\"key\"><i style=\"background:{colour}\"></i>{WebUtility.HtmlEncode(line)}</span>"));
        _svg.Append(Invariant($"</figcaption><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{name}\">"));
        foreach (var y in RoundNumbers(_minY, _maxY))
        {
            _svg.Append(Invariant($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(y):F1}\" y2=\"{Y(y):F1}\"/>"));
            _svg.Append(Invariant($"<text text-anchor=\"end\" x=\"{Left - 6}\" y=\"{Y(y) + 4:F1}\">{Short(y)}</text>"));
        }
        foreach (var x in RoundNumbers(_minX, _maxX))
            _svg.Append(Invariant($"<text text-anchor=\"middle\" x=\"{X(x):F1}\" y=\"{Height - 8}\">{Short(x)}</text>"));
    }

    /// <summary>Draws a line through points; what lies outside stays on the edge.</summary>
    public void Line(string style, IEnumerable<(double X, double Y)> points) => Line(Invariant($"class=\"{style}\""), Points(points));

    /// <summary>Draws a line in a colour of its own; a single point is a dot.</summary>
    public void ColouredLine(string colour, IEnumerable<(double X, double Y)> points) =>
        Line(Invariant($"class=\"curve\" style=\"stroke:{colour}\" stroke-linecap=\"round\""), Points(points));

    /// <summary>Draws a bar from the bottom.</summary>
    public void Bar(double from, double to, double height)
    {
        var (left, top, width) = (X(from), Y(height), Math.Max(1, X(to) - X(from) - 1));
        _svg.Append(Invariant($"<rect x=\"{left:F1}\" y=\"{top:F1}\" width=\"{width:F1}\" height=\"{Y(_minY) - top:F1}\"/>"));
    }

    public string Close() => _svg.Append("</svg></figure>\n").ToString();

    private void Line(string attributes, string points) => _svg.Append(Invariant($"<polyline {attributes} points=\"{points}\"/>"));

    private string Points(IEnumerable<(double X, double Y)> points) => string.Concat(points.Select(p => Invariant($"{X(p.X):F1},{Y(p.Y):F1} ")));

    private double X(double x) => Left + (Math.Clamp(x, _minX, _maxX) - _minX) / (_maxX - _minX) * (Width - Left - Right);

    private double Y(double y) => Height - Bottom - (Math.Clamp(y, _minY, _maxY) - _minY) / (_maxY - _minY) * (Height - Bottom - Top);

    /// <summary>Multiples of 1, 2 or 5 times a power of ten, about five of them.</summary>
    private static IEnumerable<double> RoundNumbers(double min, double max)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10((max - min) / Ticks)));
        var tick = ((max - min) / (unit * Ticks)) switch { <= 1 => unit, <= 2 => 2 * unit, <= 5 => 5 * unit, _ => 10 * unit };
        for (var i = Math.Ceiling(min / tick - 1e-9); i * tick <= max + tick * 1e-9; i++)
            yield return i * tick + 0.0;                                      // no -0
    }

    private static string Short(double x) => Math.Abs(x) switch
    {
        >= 1e6 => Invariant($"{x / 1e6:0.##}M"),
        >= 1e4 => Invariant($"{x / 1e3:0.##}k"),
        _ => Invariant($"{x:G4}"),
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
