using System.Globalization;

namespace Dit.Data;

/// <summary>Sums of latents and of their squares by channel, in the order of the images, so that every making gives the same.</summary>
internal sealed class ChannelSums(int channels)
{
    public double[] Sum { get; private init; } = new double[channels];

    public double[] Squares { get; private init; } = new double[channels];

    /// <summary>Adds an image's latents.</summary>
    /// <param name="values">Values or means, [C, h, w].</param>
    /// <param name="deviations">Their standard deviations, [C, h, w]; empty where there are none.</param>
    public void Add(ReadOnlySpan<float> values, ReadOnlySpan<float> deviations)
    {
        var plane = values.Length / Sum.Length;
        for (var c = 0; c < Sum.Length; c++)
        {
            var (sum, squares) = (0.0, 0.0);
            for (var i = c * plane; i < (c + 1) * plane; i++)
            {
                double value = values[i], deviation = deviations.IsEmpty ? 0 : deviations[i];
                sum += value;
                squares += value * value + deviation * deviation;
            }
            Sum[c] += sum;
            Squares[c] += squares;
        }
    }

    public void Add(ChannelSums other)
    {
        for (var c = 0; c < Sum.Length; c++) (Sum[c], Squares[c]) = (Sum[c] + other.Sum[c], Squares[c] + other.Squares[c]);
    }

    public bool IsFinite => Squares.All(double.IsFinite);

    public static string Print(double[] values) => string.Join(' ', values.Select(v => v.ToString("R", CultureInfo.InvariantCulture)));

    /// <exception cref="FormatException">The texts are no numbers.</exception>
    public static ChannelSums Parse(string sum, string squares) => new(0) { Sum = Numbers(sum), Squares = Numbers(squares) };

    private static double[] Numbers(string text) => [.. text.Split(' ').Select(t => double.Parse(t, CultureInfo.InvariantCulture))];
}
