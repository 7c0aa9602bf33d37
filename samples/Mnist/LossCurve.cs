using System.Globalization;
using Dit.Data;

namespace Dit.Samples.Mnist;

/// <summary>The loss of every step, in a text file that a resumed run goes on with, and drawn as a picture.</summary>
internal sealed class LossCurve(string folder)
{
    private const int Width = 800, Height = 400, Left = 56, Top = 16, Right = 16, Bottom = 28;
    private readonly List<(long Step, double Loss)> _points = [];
    private readonly string _log = Path.Combine(folder, "loss.csv");

    public void Add(long step, double loss)
    {
        if (_points.Count == 0) ReadBefore(step);
        _points.Add((step, loss));
    }

    public void Save()
    {
        if (_points.Count == 0) return;
        File.WriteAllLines(_log, _points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Step},{p.Loss:G6}")));
        if (_points.Count > 1) File.WriteAllBytes(Path.Combine(folder, "loss.png"), Draw().ToPng());
    }

    private void ReadBefore(long step)
    {
        if (!File.Exists(_log)) return;
        foreach (var line in File.ReadLines(_log))
            if (line.Split(',') is [var s, var l] && long.TryParse(s, CultureInfo.InvariantCulture, out var at) && at < step
                && double.TryParse(l, CultureInfo.InvariantCulture, out var loss))
                _points.Add((at, loss));
    }

    private PixelImage Draw()
    {
        var canvas = new Canvas(Width, Height);
        var last = (double)_points[^1].Step;
        var tick = Tick(_points.Select(p => p.Loss).Order().ElementAt(_points.Count * 98 / 100));      // a few outliers may leave the picture
        int X(double step) => Left + (int)(step / last * (Width - Left - Right));
        int Y(double loss) => Math.Max(Top, Height - Bottom - (int)(loss / (4 * tick) * (Height - Bottom - Top)));

        for (var i = 0; i <= 4; i++)
        {
            canvas.Line(Left, Y(i * tick), Width - Right, Y(i * tick), 0xE0E0E0);
            canvas.Text(8, Y(i * tick) - 5, (i * tick).ToString("0.###", CultureInfo.InvariantCulture));
            canvas.Text(X(last * i / 4) - (i == 0 ? 0 : 30), Height - 18, ((long)(last * i / 4)).ToString(CultureInfo.InvariantCulture));
        }

        var smooth = _points[0].Loss;
        for (var i = 1; i < _points.Count; i++)
        {
            var (from, to) = (_points[i - 1], _points[i]);
            canvas.Line(X(from.Step), Y(from.Loss), X(to.Step), Y(to.Loss), 0xBBD4F0);
        }

        for (var i = 1; i < _points.Count; i++)
        {
            var next = smooth + (_points[i].Loss - smooth) / Math.Min(i + 1, 20);
            canvas.Line(X(_points[i - 1].Step), Y(smooth), X(_points[i].Step), Y(next), 0x1F5FA8);
            smooth = next;
        }

        return canvas.ToImage();
    }

    /// <returns>A quarter of the height of the picture: 1, 2 or 5 times a power of ten.</returns>
    private static double Tick(double most)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(most, 1e-9) / 4)));
        return new[] { 1, 2, 5, 10 }.First(n => 4 * n * unit >= most) * unit;
    }
}
