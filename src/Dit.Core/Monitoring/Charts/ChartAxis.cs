using System.Globalization;

namespace Dit.Core;

/// <summary>An axis of a chart: where along it a value lies, and the round numbers to write beside it.</summary>
internal sealed class ChartAxis
{
    private const int About = 5;
    private static readonly int[] One = [1], OneTwoFive = [1, 2, 5];
    private readonly double _min, _max;
    private readonly bool _logarithmic;

    private ChartAxis(double min, double max, bool logarithmic) => (_min, _max, _logarithmic) = (min, max, logarithmic);

    public static ChartAxis Linear(double min, double max) => new(min, max > min ? max : min + 1, false);

    /// <param name="min">Above 0.</param>
    /// <param name="max">The other end.</param>
    public static ChartAxis Logarithmic(double min, double max) => new(Math.Log10(min), max > min ? Math.Log10(max) : Math.Log10(min) + 1, true);

    /// <summary>The part of the axis below a value, 0 to 1; what lies outside is at the edge.</summary>
    public double At(double value) => (Math.Clamp(_logarithmic ? Math.Log10(value) : value, _min, _max) - _min) / (_max - _min);

    public IEnumerable<(double Value, string Text)> RoundNumbers() => _logarithmic ? Decades() : Multiples().Select(value => (value, Short(value)));

    /// <summary>Powers of ten, and twice and five times as much where there are few of them.</summary>
    private IEnumerable<(double Value, string Text)> Decades() =>
        from exponent in Enumerable.Range((int)Math.Floor(_min), (int)Math.Ceiling(_max) - (int)Math.Floor(_min) + 1)
        from digit in _max - _min > 2 ? One : OneTwoFive
        let value = digit * Math.Pow(10, exponent)
        where Math.Log10(value) >= _min - 1e-9 && Math.Log10(value) <= _max + 1e-9
        select (value, Invariant($"{digit}e{exponent}"));

    /// <summary>Multiples of 1, 2 or 5 times a power of ten.</summary>
    private IEnumerable<double> Multiples()
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10((_max - _min) / About)));
        var tick = ((_max - _min) / (unit * About)) switch { <= 1 => unit, <= 2 => 2 * unit, <= 5 => 5 * unit, _ => 10 * unit };
        for (var i = Math.Ceiling(_min / tick - 1e-9); i * tick <= _max + tick * 1e-9; i++)
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
