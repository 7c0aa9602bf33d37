using System.Diagnostics;
using Spectre.Console;

namespace Dit.Tools;

/// <summary>Shows how work goes on: a bar on a terminal, a line now and then anywhere else.</summary>
internal static class ConsoleProgress
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);

    /// <param name="writer">Where to, such as <see cref="Console.Error"/>.</param>
    /// <param name="title">What is done.</param>
    /// <param name="from">Where it starts.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="work">The work; it is given a function to call with what is done by now, and a word on how it goes.</param>
    public static Task RunAsync(TextWriter writer, string title, long from, long to, Func<Action<long, string>, Task> work) =>
        (ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected) || (ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected)
            ? BarAsync(writer, title, from, to, work)
            : LinesAsync(writer, title, from, to, work);

    private static Task BarAsync(TextWriter writer, string title, long from, long to, Func<Action<long, string>, Task> work) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) }).Progress()
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

    private static Task LinesAsync(TextWriter writer, string title, long from, long to, Func<Action<long, string>, Task> work)
    {
        var clock = Stopwatch.StartNew();
        var next = TimeSpan.FromSeconds(1);
        return work((done, how) =>
        {
            if (clock.Elapsed < next && done < to) return;
            next = clock.Elapsed + LineEvery;
            var left = clock.Elapsed * ((to - done) / (double)Math.Max(1, done - from));
            writer.WriteLine($"{title} {done}/{to}  {how}  {left:h\\:mm\\:ss} left");
        });
    }
}
