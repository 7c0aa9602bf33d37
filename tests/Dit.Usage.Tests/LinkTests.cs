using System.Reflection;
using System.Text.RegularExpressions;

namespace Dit.Usage.Tests;

/// <summary>Links and pictures of the repository's documents lead to files and headings that are there.</summary>
public sealed partial class LinkTests
{
    private static readonly string Root = typeof(LinkTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepoRoot").Value!;

    private static readonly string[] Documents =
    [
        .. Directory.GetFiles(Root, "*.md"),
        .. new[] { "docs", "samples", "src", "tools", "benchmarks" }.SelectMany(folder => Directory.GetFiles(Path.Combine(Root, folder), "*.md", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal)),
    ];

    [Fact]
    public void Every_link_leads_somewhere()
    {
        var links = from file in Documents from Match link in Link().Matches(Code().Replace(File.ReadAllText(file), "")) select (File: file, Target: link.Groups[1].Value);
        var dead = links.Where(link => !link.Target.Contains("://", StringComparison.Ordinal) && !Exists(link.File, link.Target)).Select(link => $"{Path.GetRelativePath(Root, link.File)}: {link.Target}").ToArray();
        Assert.True(links.Count() > 100, "hardly a link was found");
        Assert.True(dead.Length == 0, string.Join('\n', dead));
    }

    private static bool Exists(string document, string target)
    {
        string[] parts = target.Split('#', 2);
        var file = parts[0].Length == 0 ? document : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(document)!, parts[0]));
        if (!Path.Exists(file)) return false;
        return parts.Length == 1 || Heading().Matches(Code().Replace(File.ReadAllText(file), "")).Any(heading => Anchor(heading.Groups[1].Value) == parts[1]);
    }

    /// As GitHub makes it: small letters, hyphens for spaces, no punctuation.
    private static string Anchor(string heading) => string.Concat(heading.Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Code();
}
