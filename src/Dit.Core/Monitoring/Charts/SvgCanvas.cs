using System.Globalization;
using System.Net;
using System.Text;

namespace Dit.Core;

/// <summary>A chart as an SVG element; colours come from the style sheet around it, or from its own.</summary>
internal sealed class SvgCanvas : IChartCanvas
{
    private readonly StringBuilder _svg = new();

    private SvgCanvas(double width, double height, string attributes)
    {
        (Width, Height) = (width, height);
        _svg.Append(Invariant($"<svg viewBox=\"0 0 {width} {height}\" {attributes}>"));
    }

    public double Width { get; }

    public double Height { get; }

    /// <summary>A chart in a page.</summary>
    public static SvgCanvas Inline(string title) => new(640, 260, $"role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\"");

    /// <summary>A chart as a file.</summary>
    public static SvgCanvas File(double width, double height)
    {
        var canvas = new SvgCanvas(width, height, Invariant($"xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"11\""));
        canvas._svg.Append("<style>polyline{fill:none;stroke-linejoin:round}");
        foreach (var ink in new[] { Ink.Grid, Ink.Raw, Ink.Curve, Ink.Mark })
            canvas._svg.Append(Invariant($".{ink.Class}{{stroke:{ink.Colour};stroke-width:{ink.Width}}}"));
        canvas._svg.Append(Invariant($"line.mark{{stroke-dasharray:4}}text{{fill:{Ink.Text.Colour}}}text.mark{{fill:{Ink.Mark.Colour};stroke:none}}rect{{fill:{Ink.Curve.Colour}}}"));
        canvas._svg.Append(Invariant($"</style><path d=\"M0 0H{width}V{height}H0Z\" fill=\"white\"/>"));
        return canvas;
    }

    public void Rule(Ink ink, (double X, double Y) from, (double X, double Y) to) =>
        _svg.Append(Invariant($"<line {Style(ink)} x1=\"{from.X:F1}\" x2=\"{to.X:F1}\" y1=\"{from.Y:F1}\" y2=\"{to.Y:F1}\"/>"));

    public void Curve(Ink ink, IEnumerable<(double X, double Y)> points) =>
        _svg.Append(Invariant($"<polyline {Style(ink)} points=\"{string.Concat(points.Select(p => Invariant($"{p.X:F1},{p.Y:F1} ")))}\"/>"));

    public void Bar(double left, double top, double width, double height) =>
        _svg.Append(Invariant($"<rect x=\"{left:F1}\" y=\"{top:F1}\" width=\"{width:F1}\" height=\"{height:F1}\"/>"));

    public void Text(string text, (double X, double Y) at, double anchor, Ink? ink = null)
    {
        var side = anchor switch { 0 => "start", 1 => "end", _ => "middle" };
        _svg.Append(Invariant($"<text{(ink is null ? "" : $" class=\"{ink.Class}\"")} text-anchor=\"{side}\" x=\"{at.X:F1}\" y=\"{at.Y:F1}\">{WebUtility.HtmlEncode(text)}</text>"));
    }

    public override string ToString() => $"{_svg}</svg>";

    private static string Style(Ink ink) =>
        ink.IsOwnColour ? $"class=\"{ink.Class}\" style=\"stroke:{ink.Colour}\" stroke-linecap=\"round\"" : $"class=\"{ink.Class}\"";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
