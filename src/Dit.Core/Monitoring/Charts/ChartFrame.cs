namespace Dit.Core;

/// <summary>The frame of a chart: two axes with round numbers, and where on the canvas a value lies.</summary>
internal sealed class ChartFrame
{
    private const double Left = 62, Right = 20, Line = 16;
    private readonly IChartCanvas _canvas;
    private readonly ChartAxis _x, _y;
    private readonly double _top, _bottom;

    /// <param name="canvas">What to draw on.</param>
    /// <param name="x">The axis to the right.</param>
    /// <param name="y">The axis upwards.</param>
    /// <param name="labels">What the axes are, where the chart has no heading.</param>
    public ChartFrame(IChartCanvas canvas, ChartAxis x, ChartAxis y, (string X, string Y)? labels = null)
    {
        (_canvas, _x, _y) = (canvas, x, y);
        (_top, _bottom) = labels is null ? (10, canvas.Height - 26) : (10 + Line, canvas.Height - 26 - Line);
        foreach (var (value, text) in y.RoundNumbers())
        {
            canvas.Rule(Ink.Grid, (Left, Y(value)), (canvas.Width - Right, Y(value)));
            canvas.Text(text, (Left - 6, Y(value) + 4), anchor: 1);
        }
        foreach (var (value, text) in x.RoundNumbers())
            canvas.Text(text, (X(value), _bottom + 18), anchor: 0.5);
        if (labels is not var (below, above))
            return;
        canvas.Text(below, ((Left + canvas.Width - Right) / 2, canvas.Height - 8), anchor: 0.5);
        canvas.Text(above, (Left - 6, _top - 8), anchor: 1);
    }

    /// <summary>Draws a curve; what lies outside stays on the edge.</summary>
    public void Curve(Ink ink, IEnumerable<(double X, double Y)> points) => _canvas.Curve(ink, points.Select(p => (X(p.X), Y(p.Y))));

    /// <summary>Draws a bar from the bottom.</summary>
    public void Bar(double from, double to, double height)
    {
        var top = Y(height);
        _canvas.Bar(X(from), top, Math.Max(1, X(to) - X(from) - 1), _bottom - top);
    }

    /// <summary>Points a value of the axis to the right out.</summary>
    public void Mark(double x, string text)
    {
        _canvas.Rule(Ink.Mark, (X(x), _top), (X(x), _bottom));
        _canvas.Text(text, (X(x), _top - 8), anchor: 0.5, Ink.Mark);
    }

    private double X(double x) => Left + _x.At(x) * (_canvas.Width - Left - Right);

    private double Y(double y) => _bottom - _y.At(y) * (_bottom - _top);
}
