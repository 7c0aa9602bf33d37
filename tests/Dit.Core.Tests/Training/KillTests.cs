using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Dit.Core.Tests;

/// <summary>A training that is killed again and again, and ends with the bytes of one that was not.</summary>
[Trait("Category", "Faults")]
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int Steps = 40;

    /// <summary>DIT_KILLS sets how many.</summary>
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("DIT_KILLS") ?? "10", CultureInfo.InvariantCulture);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A checkpoint is written after every step. Every other kill waits for one, and is late if the disk is quick: then there are more kills.</summary>
    [Fact]
    public void Killed_at_random_moments_it_loses_nothing_but_what_was_not_saved()
    {
        var (whole, time) = (_folder["whole"], RunToTheEnd(_folder["whole"]));
        var (kills, halfWritten, random) = (0, 0, new Random(5));
        bool Enough() => kills >= Kills && (halfWritten > 0 || kills >= 10 * Kills);
        for (var run = 0; !Enough(); run++)
        {
            var folder = _folder[$"run-{run}"];
            while (!Enough())
            {
                var leftOver = HalfWritten(folder);
                if (!Kill(folder, after: time * random.NextDouble(), () => kills % 2 == 0 || HalfWritten(folder).Except(leftOver).Any())) break;
                kills++;
                halfWritten += HalfWritten(folder).Except(leftOver).Any() ? 1 : 0;
            }
            RunToTheEnd(folder);
            Assert.Equal(Checkpoints(whole), Checkpoints(folder));
            foreach (var step in Checkpoints(whole))
            {
                var (expected, got) = (TrainingRun.Bytes(whole, step), TrainingRun.Bytes(folder, step));
                Assert.Equal(expected.Keys.Order(), got.Keys.Order());
                Assert.All(expected, file => Assert.True(file.Value.AsSpan().SequenceEqual(got[file.Key]), $"{folder}/{step}/{file.Key}"));
            }
        }
        Assert.True(halfWritten > 0, $"None of {kills} kills was while a checkpoint was written.");
        output.WriteLine($"{kills} kills, {halfWritten} of them while a checkpoint was written");
    }

    /// <summary>Runs the training and kills it some time after its start, as soon as <paramref name="ready"/> says so.</summary>
    /// <returns>Whether it was killed; otherwise it was at its end before.</returns>
    private static bool Kill(string folder, TimeSpan after, Func<bool> ready)
    {
        using var process = Start(folder);
        var saved = 0L;
        var lines = Task.Run(() =>
        {
            while (process.StandardOutput.ReadLine() is { } line)
                if (line.StartsWith("saved ", StringComparison.Ordinal))
                    saved = long.Parse(line.AsSpan("saved ".Length), CultureInfo.InvariantCulture);
        });
        Thread.Sleep(after);
        while (!ready() && !process.HasExited) Thread.Yield();
        process.Kill();
        process.WaitForExit();
        lines.Wait();
        // What has a checkpoint's name is whole, and what was said to be saved is there.
        foreach (var step in Checkpoints(folder))
            CheckpointStore.Verify(Path.Combine(folder, step), ["model.safetensors", "ema.safetensors", "optimizer.safetensors", "state.json"]);
        Assert.True(saved == 0 || string.CompareOrdinal(Checkpoints(folder)[^1], $"step-{saved:D7}") >= 0, $"step {saved} was saved and is lost");
        return process.ExitCode != 0;
    }

    /// <returns>The time from its start to its end.</returns>
    private static TimeSpan RunToTheEnd(string folder)
    {
        var watch = Stopwatch.StartNew();
        using var process = Start(folder);
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return watch.Elapsed;
    }

    private static Process Start(string folder) => Process.Start(new ProcessStartInfo(
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet",
        [typeof(KillTests).Assembly.Location, folder, $"{Steps}"])
    { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static string[] Checkpoints(string folder) => Folders(folder, halfWritten: false);

    private static string[] HalfWritten(string folder) => Folders(folder, halfWritten: true);

    private static string[] Folders(string folder, bool halfWritten) => !Directory.Exists(folder)
        ? []
        : [.. Directory.GetDirectories(folder).Select(d => Path.GetFileName(d)).Where(d => d.Contains(AtomicFile.TemporaryMark, StringComparison.Ordinal) == halfWritten).Order(StringComparer.Ordinal)];
}
