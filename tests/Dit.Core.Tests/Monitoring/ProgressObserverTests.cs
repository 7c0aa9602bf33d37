namespace Dit.Core.Tests;

public sealed class ProgressObserverTests
{
    [Fact]
    public void A_line_says_how_it_goes()
    {
        using var text = new StringWriter();
        var observer = new ProgressObserver(text) { Every = TimeSpan.Zero };
        observer.OnStep(Progress.At(1200, loss: 0.12345, steps: 5000) with { DataWait = 0.25, TimeLeft = new TimeSpan(1, 2, 3, 4) });
        observer.OnCheckpoint(1200, "runs/a/step-0001200");
        Assert.Equal(
            "step 1,200 of 5,000  loss 0.1235  gradient norm 0.5  learning rate 0.001  100 images/s  25 % waiting for data  1.02:03:04 left\n"
            + "step 1,200: saved 'runs/a/step-0001200'\n", text.ToString().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Between_two_lines_the_losses_are_averaged_and_the_end_has_one()
    {
        using var text = new StringWriter();
        var observer = new ProgressObserver(text) { Every = TimeSpan.FromHours(1) };
        for (var step = 1; step <= 4; step++)
            observer.OnStep(Progress.At(step, loss: step, steps: 4, norm: double.NaN));
        var lines = text.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("step 1 of 4  loss 1  learning rate", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("step 4 of 4  loss 3  ", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain("left", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_loop_of_the_hosts_there_is_no_goal()
    {
        using var text = new StringWriter();
        var observer = new ProgressObserver(text) { Every = TimeSpan.FromHours(1) };
        for (var step = 1; step <= 3; step++)
            observer.OnStep(Progress.At(step, steps: step));
        Assert.StartsWith("step 1  loss 1  ", Assert.Single(text.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    /// <summary>A source that takes its time is seen as such, and the time left is that of all that is to come.</summary>
    [Fact]
    public async Task The_trainer_measures_the_wait_and_the_time_left()
    {
        using var log = new MemoryLog();
        using var run = new TrainingRun(null, log: log);
        var seen = new List<TrainingProgress>();
        run.Trainer.Observers.Add(new CallbackObserver(seen.Add));
        await run.Trainer.FitAsync(new SlowBatches(run.Data), steps: 10);
        Assert.All(seen, p => Assert.InRange(p.DataWait, 0.1, 1));            // 200 ms a batch, for a model of which a step takes a few
        Assert.InRange(seen[1].TimeLeft!.Value.TotalSeconds, 2 - 1, 60);      // 8 batches to come
        Assert.Null(seen[^1].TimeLeft);
        Assert.Contains(" of the time waiting for data", log.Entries.Single(e => e.Id == 1002).Text, StringComparison.Ordinal);

        using var batch = run.Data.Make(default);
        Assert.Equal(0, run.Trainer.TrainStep(batch).DataWait);
    }

    private sealed class SlowBatches(FixedBatches batches) : IBatchSource
    {
        public BatchPosition Position
        {
            get => batches.Position;
            set => batches.Position = value;
        }

        public async IAsyncEnumerator<Batch> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            await foreach (var batch in batches.WithCancellation(cancellationToken))
            {
                await Task.Delay(200, cancellationToken);
                yield return batch;
            }
        }
    }
}
