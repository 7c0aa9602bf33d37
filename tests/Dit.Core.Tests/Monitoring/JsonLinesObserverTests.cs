using System.Text.Json;

namespace Dit.Core.Tests;

public sealed class JsonLinesObserverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder["runs/metrics.jsonl"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_line_for_every_step()
    {
        using var observer = new JsonLinesObserver(File);
        using var run = new TrainingRun(null);
        var seen = new List<TrainingProgress>();
        run.Trainer.Observers.Add(observer);
        run.Trainer.Observers.Add(new CallbackObserver(seen.Add));
        await run.FitAsync(15);
        var lines = Lines();
        Assert.Equal(seen.Select(p => p.Step), lines.Select(l => l.GetProperty("step").GetInt64()));
        Assert.Equal(seen.Select(p => p.Loss), lines.Select(l => l.GetProperty("loss").GetDouble()));
        Assert.Equal(seen.Select(p => p.GradientNorm), lines.Select(l => l.GetProperty("gradientNorm").GetDouble()));
        Assert.Equal(seen.Select(p => p.LearningRate), lines.Select(l => l.GetProperty("learningRate").GetDouble()));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2], lines.Select(l => l.GetProperty("epoch").GetInt64()));
        Assert.All(lines, l => Assert.True(l.GetProperty("imagesPerSecond").GetDouble() > 0 && l.GetProperty("time").GetDateTimeOffset().Year > 2000));
    }

    [Fact]
    public void What_is_no_number_is_null()
    {
        using var observer = new JsonLinesObserver(File);
        observer.OnStep(Progress.At(1, norm: double.NaN));
        Assert.Equal(JsonValueKind.Null, Assert.Single(Lines()).GetProperty("gradientNorm").ValueKind);
    }

    [Fact]
    public void A_resumed_training_goes_on_and_drops_what_it_makes_again()
    {
        using (var first = new JsonLinesObserver(File))
            for (var step = 1; step <= 9; step++)
                first.OnStep(Progress.At(step, loss: 1));
        System.IO.File.AppendAllText(File, "{\"step\":10,\"lo");              // the process died here
        using (var second = new JsonLinesObserver(File))
        {
            Assert.Equal(9, System.IO.File.ReadLines(File).Count(l => l.EndsWith('}')));
            second.OnStep(Progress.At(6, loss: 2));
            second.OnStep(Progress.At(7, loss: 2));
        }
        Assert.Equal([(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 2), (7, 2)],
            Lines().Select(l => (l.GetProperty("step").GetInt32(), l.GetProperty("loss").GetInt32())));
    }

    [Fact]
    public void Half_a_line_is_dropped_also_where_it_looks_whole()
    {
        Directory.CreateDirectory(_folder["runs"]);
        System.IO.File.WriteAllText(File, "{\"step\":1,\"loss\":1}\n{\"step\":2,\"loss\":1}");
        using var observer = new JsonLinesObserver(File);
        observer.OnStep(Progress.At(3));
        Assert.Equal([1, 2, 3], Lines().Select(l => l.GetProperty("step").GetInt32()));
    }

    [Fact]
    public void What_others_measure_lies_between_the_steps()
    {
        using var observer = new JsonLinesObserver(File);
        observer.OnStep(Progress.At(1));
        observer.AddScalars(1, ("held_out_loss/ema", 0.25), ("held_out_loss/raw", double.NaN));
        observer.OnStep(Progress.At(2));
        var lines = Lines();
        Assert.Equal([1, 1, 2], lines.Select(l => l.GetProperty("step").GetInt32()));
        Assert.False(lines[1].TryGetProperty("loss", out _));
        Assert.False(lines[0].TryGetProperty("values", out _));
        Assert.Equal(0.25, lines[1].GetProperty("values").GetProperty("held_out_loss/ema").GetDouble());
        Assert.Equal(JsonValueKind.Null, lines[1].GetProperty("values").GetProperty("held_out_loss/raw").ValueKind);

        using var resumed = new JsonLinesObserver(File);                      // which is first told what another observer measured
        resumed.AddScalars(2, ("held_out_loss/ema", 0.5));
        resumed.OnStep(Progress.At(2));
        Assert.Equal([1, 1, 2, 2], Lines().Select(l => l.GetProperty("step").GetInt32()));
        Assert.Equal(2, Lines().Count(l => l.TryGetProperty("values", out _)));
    }

    /// <summary>A run with a folder keeps its numbers without being asked, once, and goes on with them.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_trainer_with_a_folder_keeps_them_by_itself(bool alsoReport)
    {
        foreach (var steps in (int[])[10, 14])
        {
            using var run = new TrainingRun(_folder.Path);
            using var report = alsoReport ? new ReportObserver(_folder.Path) : null;
            if (report is not null)
                run.Trainer.Observers.Add(report);
            await run.FitAsync(steps);
            Assert.Equal(alsoReport ? 1 : 0, run.Trainer.Observers.Count);
        }
        Assert.Equal(Enumerable.Range(1, 14), Lines(_folder["metrics.jsonl"]).Select(l => l.GetProperty("step").GetInt32()));
    }

    private JsonElement[] Lines(string? path = null)
    {
        using var stream = new FileStream(path ?? File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return [.. text.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement)];
    }
}
