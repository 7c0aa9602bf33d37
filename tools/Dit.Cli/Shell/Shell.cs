using System.Diagnostics;
using System.Text.Json;
using Spectre.Console;

namespace Dit.Cli;

/// <summary>What a command says, and to whom: results to one stream, progress and notes to the other.</summary>
/// <param name="output">Where results go.</param>
/// <param name="error">Where all else goes.</param>
/// <param name="json">Whether results are for machines.</param>
internal sealed class Shell(TextWriter output, TextWriter error, bool json)
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);
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

    /// <summary>Shows how work goes on: a bar on a terminal, a line now and then anywhere else.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="from">Where it starts.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="work">The work; it is given a function to call with what is done by now, and a word on how it goes.</param>
    public Task ProgressAsync(string title, long from, long to, Func<Action<long, string>, Task> work) =>
        ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected ? BarAsync(title, from, to, work) : LinesAsync(title, from, to, work);

    private static Task BarAsync(string title, long from, long to, Func<Action<long, string>, Task> work) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(title, maxValue: to);
                task.Value = from;
                await work((done, how) =>
                {
                    task.Value = done;
                    task.Description = Markup.Escape($"{title} {done}/{to}  {how}");
                });
            });

    private Task LinesAsync(string title, long from, long to, Func<Action<long, string>, Task> work)
    {
        var clock = Stopwatch.StartNew();
        var next = TimeSpan.FromSeconds(1);
        return work((done, how) =>
        {
            if (clock.Elapsed < next && done < to) return;
            next = clock.Elapsed + LineEvery;
            var left = clock.Elapsed * ((to - done) / (double)Math.Max(1, done - from));
            error.WriteLine($"{title} {done}/{to}  {how}  {left:h\\:mm\\:ss} left");
        });
    }
}
