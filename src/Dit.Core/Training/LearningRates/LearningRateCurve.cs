using System.Globalization;
using System.Text;

namespace Dit.Core;

/// <summary>What <see cref="LearningRateRangeTest"/> found: the loss at each learning rate, and which rate to take.</summary>
/// <param name="LearningRates">The learning rates, rising.</param>
/// <param name="Losses">The smoothed loss at each; shorter runs ended because the loss rose beyond hope.</param>
/// <param name="Suggestion">Where the loss falls most steeply.</param>
public sealed record LearningRateCurve(IReadOnlyList<double> LearningRates, IReadOnlyList<double> Losses, double Suggestion)
{
    private const int Width = 720, Height = 360, Margin = 48;

    /// <summary>Draws the curve.</summary>
    /// <returns>An SVG picture: the loss over the learning rate (logarithmic), with a line at the suggestion.</returns>
    public string ToSvg()
    {
        var (left, right) = (Math.Log10(LearningRates[0]), Math.Log10(LearningRates[^1]));
        var (low, high) = (Losses.Min(), Math.Min(Losses.Max(), Losses[0] + (Losses[0] - Losses.Min())));
        double X(double rate) => Margin + (Math.Log10(rate) - left) / Math.Max(right - left, 1e-9) * (Width - 2 * Margin);
        double Y(double loss) => Height - Margin - (Math.Min(loss, high) - low) / Math.Max(high - low, 1e-9) * (Height - 2 * Margin);

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{Height}" font-family="sans-serif" font-size="12">""");
        svg.Append("""<rect width="100%" height="100%" fill="white"/>""");
        for (var decade = (int)Math.Ceiling(left); decade <= right; decade++)
        {
            var x = X(Math.Pow(10, decade));
            svg.Append(CultureInfo.InvariantCulture, $"""<line x1="{x:F1}" y1="{Margin}" x2="{x:F1}" y2="{Height - Margin}" stroke="#ddd"/><text x="{x:F1}" y="{Height - Margin + 18}" text-anchor="middle">1e{decade}</text>""");
        }
        foreach (var loss in new[] { low, high })
            svg.Append(CultureInfo.InvariantCulture, $"""<text x="{Margin - 6}" y="{Y(loss) + 4:F1}" text-anchor="end">{loss:G3}</text>""");
        var points = LearningRates.Zip(Losses).Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.First):F1},{Y(p.Second):F1}"));
        svg.Append(CultureInfo.InvariantCulture, $"""<polyline points="{string.Join(' ', points)}" fill="none" stroke="#2060c0" stroke-width="2"/>""");
        svg.Append(CultureInfo.InvariantCulture, $"""<line x1="{X(Suggestion):F1}" y1="{Margin}" x2="{X(Suggestion):F1}" y2="{Height - Margin}" stroke="#c04020" stroke-dasharray="4"/>""");
        svg.Append(CultureInfo.InvariantCulture, $"""<text x="{X(Suggestion):F1}" y="{Margin - 8}" text-anchor="middle" fill="#c04020">{Suggestion:G3}</text>""");
        svg.Append(CultureInfo.InvariantCulture, $"""<text x="{Width / 2}" y="{Height - 8}" text-anchor="middle">learning rate</text></svg>""");
        return svg.ToString();
    }

    /// <summary>Writes the picture, atomically.</summary>
    /// <param name="path">The SVG file; it is replaced if it exists.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, Encoding.UTF8.GetBytes(ToSvg()));
}
