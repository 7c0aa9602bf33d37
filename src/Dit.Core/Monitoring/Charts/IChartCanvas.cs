namespace Dit.Core;

/// <summary>What a chart is drawn on. Places are in its own units, from the top left.</summary>
internal interface IChartCanvas
{
    double Width { get; }

    double Height { get; }

    /// <summary>A straight line that is no curve: of the grid, or at a value that is pointed out.</summary>
    void Rule(Ink ink, (double X, double Y) from, (double X, double Y) to);

    /// <summary>A line through points; a single point is a dot.</summary>
    void Curve(Ink ink, IEnumerable<(double X, double Y)> points);

    void Bar(double left, double top, double width, double height);

    /// <param name="text">The text.</param>
    /// <param name="at">Where its base line starts, has its middle, or ends.</param>
    /// <param name="anchor">0 for its start, 0.5 for its middle, 1 for its end.</param>
    /// <param name="ink">Its colour; null for that of all others.</param>
    void Text(string text, (double X, double Y) at, double anchor, Ink? ink = null);
}
