using System.Text.Json;
using Dit.Tools;

namespace Dit.Cli;

/// <summary>What a command says, and to whom: results to one stream, progress and notes to the other.</summary>
/// <param name="output">Where results go.</param>
/// <param name="error">Where all else goes.</param>
/// <param name="json">Whether results are for machines.</param>
internal sealed class Shell(TextWriter output, TextWriter error, bool json)
{
    private static readonly JsonSerializerOptions Compact = new(ConfigJson.Options) { WriteIndented = false };

    public TextWriter Error => error;

    /// <value>What the process ends with if nothing is thrown.</value>
    public int ExitCode { get; set; }

    /// <summary>Says something that is no result.</summary>
    public void Note(string text) => error.WriteLine(text);

    /// <summary>Writes the result of the command.</summary>
    /// <param name="text">For people.</param>
    /// <param name="value">For machines.</param>
    public void Result(string text, object value) => output.WriteLine(json ? JsonSerializer.Serialize(value, Compact) : text);

    /// <summary>Shows how work goes on, apart from results.</summary>
    /// <inheritdoc cref="ConsoleProgress.RunAsync"/>
    public Task ProgressAsync(string title, long from, long to, Func<Action<long, string>, Task> work) => ConsoleProgress.RunAsync(error, title, from, to, work);
}
