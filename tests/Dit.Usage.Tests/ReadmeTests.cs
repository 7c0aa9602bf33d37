using System.Text.RegularExpressions;

namespace Dit.Usage.Tests;

/// <summary>Every C# block of the README is one of the programs that the other tests run.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void Every_program_of_the_README_is_one_that_is_run()
    {
        var programs = Directory.GetFiles(AppContext.BaseDirectory, "*.cs").SelectMany(file => Marked().Matches(File.ReadAllText(file))).Select(m => Lines(m.Groups[1].Value)).ToHashSet();
        var blocks = Fenced().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"))).Select(m => Lines(m.Groups[1].Value)).ToArray();
        Assert.NotEmpty(blocks);
        foreach (var block in blocks) Assert.Contains(block, programs);
        foreach (var program in programs) Assert.Contains(program, blocks);
    }

    /// The lines without their indentation, which differs inside a method.
    private static string Lines(string text)
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd()).SkipWhile(line => line.Length == 0).ToArray();
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[indent..] : line)).TrimEnd();
    }

    [GeneratedRegex(@"^ *// readme: (?!end)\w+\n(.*?)^ *// readme: end", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Marked();

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fenced();
}
