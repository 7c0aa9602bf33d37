namespace Dit.Core.Tests;

public sealed class BestCheckpointTests : IDisposable
{
    /// <summary>A held-out loss at steps 10, 20, ..., whose least is at 20.</summary>
    private static readonly double[] HeldOut = [3, 1, 2, 1.5, 2, 4];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, false, new[] { "step-0000020", "step-0000060" })]
    [InlineData(2, false, new[] { "step-0000020", "step-0000040", "step-0000060" })]
    [InlineData(1, true, new[] { "step-0000060" })]
    public async Task The_best_are_kept_beside_the_newest(int count, bool higher, string[] kept)
    {
        using var run = Run(new() { Metric = "held_out_loss/ema", Count = count, HigherIsBetter = higher });
        await run.FitAsync(60);
        Assert.Equal(kept, Checkpoints());
        Assert.Equal(Path.Combine(_folder["run"], kept[higher ? ^1 : 0]), run.Trainer.BestCheckpoint);
        Assert.Equal(4, run.Trainer.Metrics["held_out_loss/ema"]);
    }

    /// <summary>A killed and restarted training remembers what was best.</summary>
    [Fact]
    public async Task The_best_is_kept_over_a_resume_and_the_same_bytes_are_written()
    {
        using (var first = Run(new() { Metric = "held_out_loss/ema" }))
            await first.FitAsync(30);
        using (var second = Run(new() { Metric = "held_out_loss/ema" }))
            await second.FitAsync(60);
        Assert.Equal(["step-0000020", "step-0000060"], Checkpoints());
        var got = TrainingRun.Bytes(_folder["run"], "step-0000060");
        Directory.Delete(_folder["run"], recursive: true);
        using (var whole = Run(new() { Metric = "held_out_loss/ema" }))
            await whole.FitAsync(60);
        Assert.All(TrainingRun.Bytes(_folder["run"], "step-0000060"), file => Assert.True(file.Value.AsSpan().SequenceEqual(got[file.Key]), file.Key));
    }

    /// <summary>The loss falls, so the newest is the best, but not while the data is too loud.</summary>
    [Fact]
    public async Task By_default_the_smoothed_loss_decides()
    {
        var data = new FixedBatches(Models.Tiny) { Loud = [.. Enumerable.Range(21, 60).Select(i => new BatchPosition(i / 7, i % 7))] };
        using var run = new TrainingRun(_folder["run"], data: data, with: o => o with { KeepBest = new(), KeepCheckpoints = 1 });
        var losses = new List<double>();
        run.Trainer.Observers.Add(new CallbackObserver(p => losses.Add(p.Loss)));
        await run.FitAsync(40);
        Assert.Equal(["step-0000020", "step-0000040"], Checkpoints());
        var weights = losses.Select((_, i) => Math.Pow(0.98, losses.Count - 1 - i)).ToList();
        Assert.Equal(losses.Zip(weights, (l, w) => l * w).Sum() / weights.Sum(), run.Trainer.Metrics[TrainingMetrics.Loss]!.Value, 1e-9 * losses.Max());
    }

    [Fact]
    public async Task A_metric_of_another_step_does_not_count_and_that_is_said_once()
    {
        using var log = new MemoryLog();
        using var run = new TrainingRun(_folder["run"], log: log, with: o => o with { KeepCheckpoints = 1, KeepBest = new() { Metric = "fid" } });
        run.Trainer.Observers.Add(new CallbackObserver(p =>
        {
            if (p.Step == 15)
                run.Trainer.Metrics.AddScalars(15, ("fid", 1), ("broken", double.NaN));
        }));
        await run.FitAsync(30);
        Assert.Equal(["step-0000030"], Checkpoints());
        Assert.Null(run.Trainer.BestCheckpoint);
        Assert.Null(run.Trainer.Metrics["broken"]);
        Assert.Single(log.Entries, e => e.Id == 1016);
    }

    /// <summary>A real held-out loss, measured by an observer that was added before the trainer's: the checkpoint that is kept is the one whose averages have the least.</summary>
    [Fact]
    public async Task The_held_out_loss_of_an_observer_decides()
    {
        using var batch = new FixedBatches(Models.Tiny, batchSize: 6).Make(new(5, 1));
        var loss = new HeldOutLoss(new FlowObjective(), [batch]) { Precision = Dit.Torch.Precision.Float32 };
        var data = new FixedBatches(Models.Tiny) { Loud = [.. Enumerable.Range(26, 60).Select(i => new BatchPosition(i / 7, i % 7))] };      // from then on it gets worse
        using var run = new TrainingRun(_folder["run"], data: data, with: o => o with { KeepCheckpoints = 1, KeepBest = new() { Metric = "held_out_loss/ema" } });
        run.Trainer.Observers.Add(new HeldOutObserver(10, loss, [("raw", run.Model), ("ema", run.Trainer.EmaModel)], run.Trainer.Metrics));
        var measured = new List<(long Step, double Loss)>();
        run.Trainer.Observers.Add(new CallbackObserver(p => measured.Add((p.Step, run.Trainer.Metrics["held_out_loss/ema"] ?? double.NaN))));
        await run.FitAsync(60);

        var all = measured.Where(m => m.Step % 10 == 0).ToList();
        var best = all.MinBy(m => m.Loss);
        Assert.InRange(best.Step, 10, 50);
        Assert.Equal([$"step-{best.Step:D7}", "step-0000060"], Checkpoints());
        Assert.Equal(Path.Combine(_folder["run"], $"step-{best.Step:D7}"), run.Trainer.BestCheckpoint);
        using var kept = DitModel.Load(Path.Combine(run.Trainer.BestCheckpoint!, "ema.safetensors"));
        Assert.Equal(best.Loss, loss.Measure(kept), 1e-6);
        Assert.True(loss.Measure(run.Trainer.EmaModel) > best.Loss);
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_not_the_best()
    {
        using var run = Run(new() { Metric = "held_out_loss/ema" });
        await run.FitAsync(30);
        await File.WriteAllTextAsync(Path.Combine(_folder["run"], "step-0000020", "state.json"), "{");
        await run.FitAsync(60);
        Assert.Equal(["step-0000040", "step-0000060"], Checkpoints());
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        using var model = Models.Random(Models.Tiny);
        var message = Assert.Throws<ArgumentException>(() => new DitTrainer(model, new FlowObjective(), new() { KeepBest = new() { Metric = " ", Count = 0 } })).Message;
        Assert.All(["KeepBest.Metric is", "KeepBest.Count is"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private TrainingRun Run(BestCheckpoints best)
    {
        var run = new TrainingRun(_folder["run"], with: o => o with { KeepCheckpoints = 1, KeepBest = best });
        run.Trainer.Observers.Add(new CallbackObserver(p =>
        {
            if (p.Step % 10 == 0)
                run.Trainer.Metrics.AddScalars(p.Step, ("held_out_loss/ema", HeldOut[p.Step / 10 - 1]));
        }));
        return run;
    }

    private string[] Checkpoints() => [.. Directory.GetDirectories(_folder["run"]).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];
}
