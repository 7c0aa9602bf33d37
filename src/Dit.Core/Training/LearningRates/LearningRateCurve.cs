using System.Globalization;
using System.Text;

namespace Dit.Core;

/// <summary>What <see cref="LearningRateRangeTest"/> found: the loss at each learning rate, and which rate to take.</summary>
/// <param name="LearningRates">The learning rates, rising.</param>
/// <param name="Losses">The smoothed loss at each; shorter runs ended because the loss rose beyond hope.</param>
/// <param name="Suggestion">Where the loss falls most steeply.</param>
public sealed record LearningRateCurve(IReadOnlyList<double> LearningRates, IReadOnlyList<double> Losses, double Suggestion)
{
    private const int Width = 640, Height = 360;

    /// <summary>Draws the curve.</summary>
    /// <returns>An SVG picture: the loss over the learning rate (logarithmic), with a line at the suggestion.</returns>
    public string ToSvg()
    {
        var canvas = SvgCanvas.File(Width, Height);
        DrawOn(canvas);
        return canvas.ToString();
    }

    /// <summary>Draws the curve.</summary>
    /// <returns>The same picture as a PNG file of 1280 x 720 pixels.</returns>
    public byte[] ToPng()
    {
        var canvas = new PixelCanvas(Width, Height);
        DrawOn(canvas);
        return canvas.ToPng();
    }

    /// <summary>Writes the picture, atomically.</summary>
    /// <param name="path">A file whose name ends in <c>.svg</c> or <c>.png</c>; it is replaced if it exists.</param>
    /// <exception cref="ArgumentException">The name ends in neither.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        AtomicFile.Write(path, Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".svg" => Encoding.UTF8.GetBytes(ToSvg()),
            ".png" => ToPng(),
            var other => throw new ArgumentException($"'{path}' ends in '{other}', but a curve is drawn as .svg or .png.", nameof(path)),
        });
    }

    /// <summary>A loss that rises as far above the first one as that is above the least stays on the upper edge.</summary>
    private void DrawOn(IChartCanvas canvas)
    {
        var (first, low, high) = (Losses[0], Losses.Min(), Losses.Max());
        if (first > low)
            high = Math.Min(high, first + (first - low));
        var margin = 0.05 * (high - low);
        var frame = new ChartFrame(canvas, ChartAxis.Logarithmic(LearningRates[0], LearningRates[^1]), ChartAxis.Linear(low - margin, high + margin),
            labels: ("learning rate", "loss"));
        frame.Curve(Ink.Curve, LearningRates.Zip(Losses));
        frame.Mark(Suggestion, Suggestion.ToString("0.##e-0", CultureInfo.InvariantCulture));
    }
}
