using System.Net;

namespace Dit.Core;

/// <summary>A chart in a page, with its heading and what its colours mean.</summary>
internal static class ChartFigure
{
    public static string Of(string title, SvgCanvas chart, params IReadOnlyList<(string Name, string Colour)> legend)
    {
        var keys = legend.Select(line => $"<span class=\"key\"><i style=\"background:{line.Colour}\"></i>{WebUtility.HtmlEncode(line.Name)}</span>");
        return $"<figure><figcaption>{WebUtility.HtmlEncode(title)}{string.Concat(keys)}</figcaption>{chart}</figure>\n";
    }
}
