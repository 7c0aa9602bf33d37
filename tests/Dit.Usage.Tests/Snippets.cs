using System.Text.RegularExpressions;

namespace Dit.Usage.Tests;

/// <summary>The programs between the markers in a source file, and those in a document.</summary>
internal static partial class Snippets
{
    /// <summary>What stands in a source file between <c>// readme: NAME</c> or <c>// docs: NAME</c> and the end.</summary>
    public static IReadOnlyDictionary<string, string> Of(string path) =>
        Marked().Matches(File.ReadAllText(path)).ToDictionary(m => m.Groups["name"].Value, m => Lines(m.Groups["code"].Value));

    /// <summary>The C# blocks of a document.</summary>
    public static string[] In(string path) => [.. Fenced().Matches(File.ReadAllText(path)).Select(m => Lines(m.Groups[1].Value))];

    /// The lines without their indentation, which differs inside a method.
    private static string Lines(string text)
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd()).SkipWhile(line => line.Length == 0).ToArray();
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[indent..] : line)).TrimEnd();
    }

    [GeneratedRegex(@"^ *// (?:readme|docs): (?!end)(?<name>[\w-]+)\n(?<code>.*?)^ *// (?:readme|docs): end", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Marked();

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fenced();
}
