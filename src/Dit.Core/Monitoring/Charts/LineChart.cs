namespace Dit.Core;

/// <summary>A curve over steps: every value faintly, their moving average clearly.</summary>
internal static class LineChart
{
    /// <summary>Points that a curve is drawn with; more would not be seen.</summary>
    private const int MostPoints = 600;

    /// <param name="title">What is drawn.</param>
    /// <param name="points">Steps, rising, and values; at least one.</param>
    /// <param name="smooth">Whether to draw the moving average, over a hundredth of the curve but 5 points at least.</param>
    public static string Draw(string title, (double X, double Y)[] points, bool smooth)
    {
        var ordered = points.Select(p => p.Y).Order().ToArray();
        var (low, most, high) = (ordered[0], ordered[(int)((ordered.Length - 1) * 0.98)], ordered[^1]);
        if (smooth && high > 3 * most && most > 0)
            high = most;                                                      // far outliers leave the picture
        var margin = high > low ? (high - low) * 0.08 : Math.Max(Math.Abs(high) * 0.1, 1e-12);
        var bottom = low >= 0 ? Math.Max(0, low - margin) : low - margin;
        var canvas = SvgCanvas.Inline(title);
        var frame = new ChartFrame(canvas, ChartAxis.Linear(points[0].X, points[^1].X), ChartAxis.Linear(low >= 0 && low < high / 3 ? 0 : bottom, high + margin));
        frame.Curve(smooth ? Ink.Raw : Ink.Curve, Thin(points));
        if (smooth)
            frame.Curve(Ink.Curve, Thin(Smooth(points)));
        return ChartFigure.Of(title, canvas);
    }

    /// <summary>Several curves in one chart, with a legend; their colours follow their order.</summary>
    /// <param name="title">What is drawn.</param>
    /// <param name="lines">At least one, with at least one point each.</param>
    public static string Draw(string title, IReadOnlyList<(string Name, (double X, double Y)[] Points)> lines)
    {
        (double X, double Y)[] all = [.. lines.SelectMany(l => l.Points)];
        var (low, high) = (all.Min(p => p.Y), all.Max(p => p.Y));
        var margin = high > low ? (high - low) * 0.08 : Math.Max(Math.Abs(high) * 0.1, 1e-12);
        var legend = lines.Select((line, i) => (line.Name, ColourRamp.At(i, lines.Count))).ToArray();
        var canvas = SvgCanvas.Inline(title);
        var bottom = low >= 0 ? Math.Max(0, low - margin) : low - margin;
        var frame = new ChartFrame(canvas, ChartAxis.Linear(all.Min(p => p.X), all.Max(p => p.X)), ChartAxis.Linear(bottom, high + margin));
        foreach (var ((_, points), (_, colour)) in lines.Zip(legend))
            frame.Curve(Ink.Coloured(colour), Thin(points));
        return ChartFigure.Of(title, canvas, legend);
    }

    /// <summary>The mean of what came before, older values counting less.</summary>
    private static (double X, double Y)[] Smooth((double X, double Y)[] points)
    {
        var window = Math.Max(5, points.Length / 100);
        var mean = 0.0;
        return [.. points.Select((p, i) => (p.X, mean += (p.Y - mean) / Math.Min(i + 1, window)))];
    }

    /// <summary>The lowest and the highest of neighbours, so that no spike is lost.</summary>
    private static IEnumerable<(double X, double Y)> Thin((double X, double Y)[] points)
    {
        if (points.Length <= MostPoints)
            return points;
        var size = (points.Length + MostPoints / 2 - 1) / (MostPoints / 2);
        return points.Chunk(size).SelectMany(chunk =>
        {
            var (low, high) = (chunk.MinBy(p => p.Y), chunk.MaxBy(p => p.Y));
            return low.X <= high.X ? new[] { low, high } : [high, low];
        });
    }
}
