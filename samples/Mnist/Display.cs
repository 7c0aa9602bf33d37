using System.Diagnostics;
using Spectre.Console;

namespace Dit.Samples.Mnist;

/// <summary>A progress bar on a terminal, a line now and then anywhere else.</summary>
internal static class Display
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);

    /// <param name="title">What is done.</param>
    /// <param name="from">Where it starts.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="work">The work; it is given a function to call with what is done by now, and a word on how it goes.</param>
    public static Task RunAsync(string title, long from, long to, Func<Action<long, string>, Task> work)
    {
        var terminal = AnsiConsole.Profile.Capabilities is { Interactive: true, Ansi: true } && !Console.IsOutputRedirected;
        return terminal ? BarAsync(title, from, to, work) : LinesAsync(title, from, to, work);
    }

    private static Task BarAsync(string title, long from, long to, Func<Action<long, string>, Task> work) =>
        AnsiConsole.Progress()
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

    private static Task LinesAsync(string title, long from, long to, Func<Action<long, string>, Task> work)
    {
        var clock = Stopwatch.StartNew();
        var next = TimeSpan.FromSeconds(1);
        return work((done, how) =>
        {
            if (clock.Elapsed < next && done < to) return;
            next = clock.Elapsed + LineEvery;
            var left = clock.Elapsed * ((to - done) / (double)Math.Max(1, done - from));
            Console.WriteLine($"{title} {done}/{to}  {how}  {left:m\\:ss} left");
        });
    }
}
