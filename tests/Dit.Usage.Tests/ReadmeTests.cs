namespace Dit.Usage.Tests;

/// <summary>Every C# block of the README and of docs/ is one of the programs that the other tests run, to the letter.</summary>
public sealed class ReadmeTests
{
    private static readonly Dictionary<string, string> Programs =
        Directory.GetFiles(AppContext.BaseDirectory, "*.cs").SelectMany(Snippets.Of).ToDictionary();

    private static readonly string[] Files =
        [.. Directory.GetFiles(AppContext.BaseDirectory, "*.md", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(AppContext.BaseDirectory, f)).Order()];

    public static TheoryData<string> Documents => [.. Files];

    [Theory, MemberData(nameof(Documents))]
    public void Every_program_of_a_document_is_one_that_is_run(string document)
    {
        foreach (var block in Snippets.In(Path.Combine(AppContext.BaseDirectory, document))) Assert.Contains(block, Programs.Values);
    }

    [Fact]
    public void Every_program_that_is_run_for_a_document_is_in_one()
    {
        var blocks = Files.SelectMany(file => Snippets.In(Path.Combine(AppContext.BaseDirectory, file))).ToHashSet();
        Assert.NotEmpty(blocks);
        foreach (var (name, program) in Programs) Assert.True(blocks.Contains(program), name);
    }
}
