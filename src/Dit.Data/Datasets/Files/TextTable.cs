namespace Dit.Data;

/// <summary>A small text file of words, by lines: separated by commas if it is a .csv, else by white space.</summary>
internal static class TextTable
{
    /// <summary>The words of each line that has any, and its number from 1.</summary>
    public static IEnumerable<(int Line, string[] Words)> Read(string path)
    {
        char[]? separators = path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? [','] : null;
        var options = StringSplitOptions.TrimEntries | (separators is null ? StringSplitOptions.RemoveEmptyEntries : StringSplitOptions.None);
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Trim().Length > 0) yield return (number, line.Split(separators, options));
        }
    }

    /// <summary>The first of several files that exists, or null.</summary>
    public static string? Find(string folder, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            var path = Path.Combine(folder, name);
            if (File.Exists(path)) return path;
        }
        return null;
    }
}
