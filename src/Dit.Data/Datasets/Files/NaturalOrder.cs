namespace Dit.Data;

/// <summary>Names as people count them: img2 before img10; otherwise by code unit, the same on every machine.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    public static NaturalOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null) return string.CompareOrdinal(x, y);
        var (i, j) = (0, 0);
        while (i < x.Length && j < y.Length)
        {
            if (char.IsAsciiDigit(x[i]) && char.IsAsciiDigit(y[j]))
            {
                var a = Number(x, ref i);
                var b = Number(y, ref j);
                var order = a.Length != b.Length ? a.Length - b.Length : a.SequenceCompareTo(b);
                if (order != 0) return order;
            }
            else if (x[i] != y[j])
            {
                return x[i] - y[j];
            }
            else
            {
                (i, j) = (i + 1, j + 1);
            }
        }
        var rest = (x.Length - i) - (y.Length - j);
        return rest != 0 ? rest : string.CompareOrdinal(x, y);      // 007 and 7 are no ties
    }

    /// <summary>The digits from a place on, without leading zeros.</summary>
    private static ReadOnlySpan<char> Number(string text, ref int place)
    {
        var start = place;
        while (place < text.Length && char.IsAsciiDigit(text[place])) place++;
        return text.AsSpan(start, place - start).TrimStart('0');
    }
}
