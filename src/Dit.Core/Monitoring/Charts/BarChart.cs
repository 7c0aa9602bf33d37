namespace Dit.Core;

/// <summary>A distribution as bars.</summary>
internal static class BarChart
{
    public static string Draw(string title, Histogram histogram)
    {
        var canvas = SvgCanvas.Inline(title);
        var frame = new ChartFrame(canvas, ChartAxis.Linear(histogram.Min, histogram.Max), ChartAxis.Linear(0, histogram.Counts.Max() * 1.05));
        for (var i = 0; i < histogram.Counts.Length; i++)
            frame.Bar(histogram.Min + i * histogram.Width, histogram.Min + (i + 1) * histogram.Width, histogram.Counts[i]);
        return ChartFigure.Of(title, canvas);
    }
}
