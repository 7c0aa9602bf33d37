namespace Dit.Core;

/// <summary>Letters and digits as a pen writes them, for charts that are pixels.</summary>
/// <remarks>
/// Each stroke goes through places on a grid, column (0 to 4) and row (0 to 8) one digit each: the base line is row 2, small letters reach to row 6,
/// tall ones to row 8. A character that is not here is a box.
/// </remarks>
internal static class StrokeFont
{
    private const int Rows = 8, BaseLine = 2, Gap = 2;
    private static readonly string[] Box = ["02 42 48 08 02"];

    private static readonly Dictionary<char, string[]> Glyphs = new()
    {
        [' '] = [],
        ['0'] = ["12 03 07 18 38 47 43 32 12"], ['1'] = ["07 28 22"], ['2'] = ["07 18 38 47 46 02 42"], ['3'] = ["07 18 38 47 46 35 44 43 32 12 03", "15 35"],
        ['4'] = ["32 38 04 44"], ['5'] = ["48 08 05 35 44 43 32 12 03"], ['6'] = ["47 38 18 07 03 12 32 43 44 35 15 04"], ['7'] = ["08 48 12"],
        ['8'] = ["15 06 07 18 38 47 46 35 15 04 03 12 32 43 44 35"], ['9'] = ["03 12 32 43 47 38 18 07 06 15 35 46"],
        ['a'] = ["06 36 45 42", "44 14 03 12 32 43"], ['b'] = ["08 02", "05 16 36 45 43 32 12 03"], ['c'] = ["45 36 16 05 03 12 32 43"],
        ['d'] = ["48 42", "45 36 16 05 03 12 32 43"], ['e'] = ["04 44 45 36 16 05 03 12 42"], ['f'] = ["38 28 17 12", "06 36"],
        ['g'] = ["46 41 30 10", "45 36 16 05 03 12 32 43"], ['h'] = ["08 02", "05 16 36 45 42"], ['i'] = ["26 22", "28 28"], ['j'] = ["26 21 10", "28 28"],
        ['k'] = ["08 02", "46 03", "14 42"], ['l'] = ["28 22"], ['m'] = ["06 02", "05 16 25 22", "25 36 45 42"], ['n'] = ["06 02", "05 16 36 45 42"],
        ['o'] = ["16 05 03 12 32 43 45 36 16"], ['p'] = ["06 00", "05 16 36 45 43 32 12 03"], ['q'] = ["46 40", "45 36 16 05 03 12 32 43"],
        ['r'] = ["06 02", "05 16 36"], ['s'] = ["46 16 05 14 34 43 32 02"], ['t'] = ["18 13 22 32", "06 36"], ['u'] = ["06 03 12 32 43", "46 42"],
        ['v'] = ["06 22 46"], ['w'] = ["06 12 24 32 46"], ['x'] = ["06 42", "02 46"], ['y'] = ["06 03 12 32 43", "46 41 30 10"], ['z'] = ["06 46 02 42"],
        ['E'] = ["48 08 02 42", "05 35"], ['M'] = ["02 08 25 48 42"], ['.'] = ["22 22"], [','] = ["22 11"], ['-'] = ["05 35"], ['+'] = ["05 45", "23 27"],
    };

    /// <summary>How wide a text is, at a size of letters from the lowest to the tallest.</summary>
    public static double WidthOf(string text, double size) => (text.Sum(Advance) - Gap) * size / Rows;

    /// <summary>The strokes of a text: places to the right of its start and above its base line.</summary>
    public static IEnumerable<(double X, double Y)[]> Strokes(string text, double size)
    {
        var (unit, left) = (size / Rows, 0);
        foreach (var letter in text)
        {
            var (start, glyph) = (left - Columns(letter).Min, Glyph(letter));
            foreach (var stroke in glyph)
                yield return [.. stroke.Split(' ').Select(place => ((start + place[0] - '0') * unit, (place[1] - '0' - BaseLine) * unit))];
            left += Advance(letter);
        }
    }

    public static bool Has(char letter) => Glyphs.ContainsKey(letter);

    private static string[] Glyph(char letter) => Glyphs.GetValueOrDefault(letter, Box);

    private static int Advance(char letter) => Columns(letter) is var (min, max) ? max - min + Gap : 0;

    private static (int Min, int Max) Columns(char letter)
    {
        int[] columns = [.. Glyph(letter).SelectMany(stroke => stroke.Split(' ')).Select(place => place[0] - '0')];
        return columns.Length == 0 ? (0, 2) : (columns.Min(), columns.Max());
    }
}
