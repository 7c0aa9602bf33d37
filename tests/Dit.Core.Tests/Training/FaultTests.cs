using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>What a training does when the world around it fails.</summary>
[Trait("Category", "Faults")]
public sealed class FaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The disk fills up after the first checkpoint, and is freed after the second, which fails: nothing of it stays.</summary>
    [SmallDiskFact]
    public async Task A_disk_that_fills_up_costs_the_checkpoints_that_do_not_fit()
    {
        Directory.CreateDirectory(_folder["disk"]);
        using var disk = new SmallDisk(_folder["disk"], megabytes: 4);
        var run = Path.Combine(_folder["disk"], "run");
        var filler = Path.Combine(_folder["disk"], "filler");
        using var log = new MemoryLog();
        using (var training = new TrainingRun(run, log: log))
        {
            training.Trainer.Observers.Add(new CallbackObserver(p =>
            {
                if (p.Step == 15)
                    Fill(filler);
                if (p.Step != 25)
                    return;
                Assert.Equal(["step-0000010"], Directory.GetDirectories(run).Select(d => Path.GetFileName(d)));
                File.Delete(filler);
            }));
            await training.FitAsync(30);
        }
        Assert.Contains("step 20", Assert.Single(log.Entries, e => e.Id == 1011).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(log.Entries, e => e.Id == 1010 && e.Text.Contains(nameof(CallbackObserver), StringComparison.Ordinal));
        using var next = new TrainingRun(run, log: log);
        Assert.True(next.Trainer.Resume());
        Assert.Equal(30, next.Trainer.Step);
    }

    [SmallDiskFact]
    public async Task A_disk_without_room_for_a_checkpoint_is_found_before_the_first_step()
    {
        Directory.CreateDirectory(_folder["disk"]);
        using var disk = new SmallDisk(_folder["disk"], megabytes: 1);
        await using (var filler = File.Create(Path.Combine(_folder["disk"], "filler")))
            filler.Write(new byte[900_000]);
        using var training = new TrainingRun(Path.Combine(_folder["disk"], "run"));
        var error = await Assert.ThrowsAnyAsync<IOException>(() => training.FitAsync(30));
        Assert.Contains("MB are free", error.Message, StringComparison.Ordinal);
        Assert.Empty(training.Data.Given);
    }

    [Fact]
    public async Task A_folder_that_is_removed_is_made_again()
    {
        using var log = new MemoryLog();
        using (var training = new TrainingRun(_folder["run"], log: log, with: o => o with { WritesInBackground = false }))
        {
            training.Trainer.Observers.Add(new CallbackObserver(p =>
            {
                if (p.Step == 15)
                    Directory.Delete(_folder["run"], recursive: true);
            }));
            await training.FitAsync(25);
        }
        Assert.DoesNotContain(log.Entries, e => e.Level >= LogLevel.Error);
        Assert.Equal(["step-0000020", "step-0000025"], Directory.GetDirectories(_folder["run"]).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal));
        using var next = new TrainingRun(_folder["run"]);
        Assert.True(next.Trainer.Resume());
    }

    [Fact]
    public async Task An_observer_that_fails_at_a_checkpoint_costs_neither_training_nor_checkpoint()
    {
        using var log = new MemoryLog();
        using var training = new TrainingRun(_folder["run"], log: log);
        training.Trainer.Observers.Add(new CallbackObserver(checkpoint: (_, _) => throw new IOException("no")));
        await training.FitAsync(20);
        Assert.Equal(2, Directory.GetDirectories(_folder["run"]).Length);
        Assert.Single(log.Entries, e => e.Id == 1010);
    }

    /// <summary>The weights are spoiled after step 14; the next start goes on from step 10.</summary>
    [Fact]
    public async Task After_weights_went_wrong_the_last_good_checkpoint_is_there()
    {
        using (var training = new TrainingRun(_folder["run"]))
        {
            training.Trainer.Observers.Add(new CallbackObserver(p =>
            {
                using var guard = no_grad();
                if (p.Step == 14)
                    training.Model.get_parameter("blocks.1.mlp.fc2.weight")!.view(-1)[5] = float.NaN;
            }));
            var error = await Assert.ThrowsAsync<NotFiniteNumberException>(() => training.FitAsync(30));
            Assert.Contains("'blocks.1", error.Message, StringComparison.Ordinal);
            Assert.Contains("4 of 4 images", error.Message, StringComparison.Ordinal);
            Assert.Contains("step-0000010", error.Message, StringComparison.Ordinal);
        }
        using var next = new TrainingRun(_folder["run"]);
        await next.FitAsync(30);
        Assert.Equal((30L, 20), (next.Trainer.Step, next.Data.Given.Count));
    }

    [Fact]
    public async Task Poisoned_batches_are_left_out_and_counted_as_far_as_allowed()
    {
        using var log = new MemoryLog();
        var data = new FixedBatches(Models.Tiny) { Poisoned = [new(0, 3), new(1, 1), new(1, 2)] };
        using var training = new TrainingRun(_folder["run"], data: data, log: log, with: o => o with { MaxSkippedSteps = 2 });
        await training.FitAsync(20);
        Assert.Equal((20L, 3L), (training.Trainer.Step, training.Trainer.SkippedSteps));
        Assert.Equal(["Step 3", "Step 8", "Step 9"], log.Entries.Where(e => e.Id == 1009).Select(e => e.Text[..6]));
        Assert.All(training.Model.parameters(), p => Assert.True(p.isfinite().all().item<bool>()));
        using var next = new TrainingRun(_folder["run"]);
        Assert.True(next.Trainer.Resume());
        Assert.Equal(3, next.Trainer.SkippedSteps);
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // It is full.
        }
    }
}
