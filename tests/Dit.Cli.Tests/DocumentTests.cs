using System.Reflection;
using System.Text.RegularExpressions;

namespace Dit.Cli.Tests;

/// <summary>What documents and help say about dit is what dit understands.</summary>
public sealed partial class DocumentTests
{
    private static readonly string Root = typeof(DocumentTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepoRoot").Value!;

    private static readonly string[] Documents = [Path.Combine(Root, "README.md"), Path.Combine(Root, "tools", "Dit.Cli", "README.md"), .. Directory.GetFiles(Path.Combine(Root, "docs"), "*.md")];

    [Fact]
    public void Every_command_in_the_documents_is_understood()
    {
        var lines = Documents.SelectMany(file => Shell().Matches(File.ReadAllText(file))).SelectMany(m => m.Groups[1].Value.Split('\n')).Where(IsDit).ToArray();
        Assert.True(lines.Length > 10, $"only {lines.Length} were found");
        Assert.All(lines, Understood);
    }

    [Fact]
    public async Task Every_example_in_the_help_is_understood()
    {
        foreach (string[] command in new string[][] { [], ["train"], ["sample"], ["generate"], ["lr-find"], ["data", "check"], ["data", "stats"], ["data", "cache"], ["convert"], ["download"], ["info"], ["bench"] })
        {
            var help = (await Invocation.SucceedAsync([.. command, "--help"])).Output;
            var examples = help.Split("Example")[^1].Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line.Trim()).Where(IsDit).ToArray();
            Assert.NotEmpty(examples);
            Assert.All(examples, Understood);
        }
    }

    [Fact]
    public void The_configuration_in_the_documents_is_valid()
    {
        var folder = Directory.CreateTempSubdirectory("dit-cli-");
        var text = Regex.Match(File.ReadAllText(Path.Combine(Root, "docs", "dit.md")), @"```json\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        File.WriteAllText(Path.Combine(folder.FullName, "c.json"), text);
        var config = RunConfig.Read(Path.Combine(folder.FullName, "c.json"));
        config.Training.ToOptions(folder: null).Validate();
        Assert.Equal(2.5, config.Sampling.Guidance);
        Assert.Equal(2, config.ModelFor(channels: 3, size: 64, classes: 2).Classes);
        folder.Delete(recursive: true);
    }

    private static bool IsDit(string line) => line.StartsWith("dit ", StringComparison.Ordinal);

    /// In the help, two spaces separate an example from what it is for.
    private static void Understood(string line)
    {
        var words = Comment().Split(line)[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
        var errors = DitCommand.Root().Parse(words).Errors.Select(e => e.Message).ToArray();
        Assert.True(errors.Length == 0, $"{line}\n{string.Join('\n', errors)}");
    }

    [GeneratedRegex(@"^```bash\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Shell();

    [GeneratedRegex(@" +#|  +")]
    private static partial Regex Comment();
}
