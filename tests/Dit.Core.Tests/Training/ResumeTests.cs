using Dit.Torch;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Twenty_and_twenty_steps_give_the_bytes_of_forty()
    {
        manual_seed(1);
        using (var whole = new TrainingRun(_folder["whole"]))
            await whole.FitAsync(40);

        manual_seed(1);
        using (var first = new TrainingRun(_folder["parts"]))
            await first.FitAsync(20);
        manual_seed(2);                                                   // another process draws other numbers
        rand(5).Dispose();
        var data = new FixedBatches(Models.Tiny);
        using (var second = new TrainingRun(_folder["parts"], data: data))
        {
            await second.FitAsync(40);
            Assert.Equal(40, second.Trainer.Step);
        }

        Assert.Equal(new BatchPosition(2, 6), data.Given[0]);             // 20 batches are two epochs of 7 and 6
        var (expected, got) = (TrainingRun.Bytes(_folder["whole"], "step-0000040"), TrainingRun.Bytes(_folder["parts"], "step-0000040"));
        Assert.Equal(["SHA256SUMS", "ema.safetensors", "model.safetensors", "optimizer.safetensors", "state.json"], expected.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected, file => Assert.True(file.Value.AsSpan().SequenceEqual(got[file.Key]), file.Key));
    }

    /// <summary>Large enough for the operators to use all threads.</summary>
    [Theory, MemberData(nameof(Models.Precisions), MemberType = typeof(Models))]
    public async Task Several_threads_give_the_same_bytes_too(Precision precision)
    {
        await FitAsync("whole", 6);
        await FitAsync("parts", 3);
        await FitAsync("parts", 6);
        var (expected, got) = (TrainingRun.Bytes(_folder["whole"], "step-0000006"), TrainingRun.Bytes(_folder["parts"], "step-0000006"));
        Assert.All(expected.Where(f => f.Key.EndsWith(".safetensors", StringComparison.Ordinal)),
            file => Assert.True(file.Value.AsSpan().SequenceEqual(got[file.Key]), file.Key));

        async Task FitAsync(string folder, long steps)
        {
            var config = Models.Tiny with { ImageSize = 28, PatchSize = 4, Width = 128, Heads = 4 };
            using var run = new TrainingRun(_folder[folder], config, new FixedBatches(config, batchSize: 64), with: o => o with { Precision = precision });
            await run.FitAsync(steps);
        }
    }

    [Fact]
    public async Task A_second_call_goes_on_where_the_first_ended()
    {
        using (var whole = new TrainingRun(_folder["whole"]))
            await whole.FitAsync(25);
        using var run = new TrainingRun(_folder["calls"]);
        await run.FitAsync(12);
        await run.FitAsync(12);
        await run.FitAsync(25);
        Assert.Equal(25, run.Data.Given.Count);
        Assert.Equal(TrainingRun.Bytes(_folder["whole"], "step-0000025")["model.safetensors"],
            TrainingRun.Bytes(_folder["calls"], "step-0000025")["model.safetensors"]);
    }

    [Fact]
    public async Task Nothing_is_done_where_the_steps_are_reached()
    {
        using (var first = new TrainingRun(_folder["run"]))
            await first.FitAsync(20);
        using var second = new TrainingRun(_folder["run"]);
        await second.FitAsync(15);
        Assert.Equal(20, second.Trainer.Step);
        Assert.Empty(second.Data.Given);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("ema.safetensors")]
    [InlineData("optimizer.safetensors")]
    [InlineData("state.json")]
    [InlineData("SHA256SUMS")]
    public async Task A_checkpoint_with_a_flipped_bit_is_skipped_with_a_warning(string file)
    {
        using (var first = new TrainingRun(_folder["run"]))
            await first.FitAsync(20);
        var path = Path.Combine(_folder["run"], "step-0000020", file);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        using var log = new MemoryLog();
        using var second = new TrainingRun(_folder["run"], log: log);
        Assert.True(second.Trainer.Resume(second.Data));
        Assert.Equal(10, second.Trainer.Step);
        Assert.Equal(new BatchPosition(1, 3), second.Data.Position);
        Assert.Contains(log.Entries, e => e.Level == LogLevel.Warning && e.Text.Contains("step-0000020", StringComparison.Ordinal));

        await second.FitAsync(20);                                        // the damaged one gives way
        using var third = new TrainingRun(_folder["run"]);
        Assert.True(third.Trainer.Resume());
        Assert.Equal(20, third.Trainer.Step);
    }

    [Fact]
    public async Task Cut_off_and_missing_files_are_skipped_too()
    {
        using (var first = new TrainingRun(_folder["run"], with: o => o with { KeepCheckpoints = null }))
            await first.FitAsync(30);
        using (var stream = File.OpenWrite(Path.Combine(_folder["run"], "step-0000030", "ema.safetensors")))
            stream.SetLength(100);
        File.Delete(Path.Combine(_folder["run"], "step-0000020", "optimizer.safetensors"));
        Directory.CreateDirectory(Path.Combine(_folder["run"], "step-0000040"));
        Directory.CreateDirectory(Path.Combine(_folder["run"], "step-0000050.tmp-1"));
        using var second = new TrainingRun(_folder["run"]);
        Assert.True(second.Trainer.Resume());
        Assert.Equal(10, second.Trainer.Step);
    }

    [Fact]
    public async Task Where_no_checkpoint_can_be_read_the_training_does_not_start_anew()
    {
        using (var first = new TrainingRun(_folder["run"]))
            await first.FitAsync(10);
        File.Delete(Path.Combine(_folder["run"], "step-0000010", "state.json"));
        using var second = new TrainingRun(_folder["run"]);
        await Assert.ThrowsAsync<CheckpointException>(() => second.FitAsync(20));
        await Assert.ThrowsAsync<CheckpointException>(() => second.FitAsync(20));      // nor when asked again
        Assert.Empty(second.Data.Given);
    }

    [Fact]
    public async Task Another_model_is_refused_with_the_differences_and_keeps_its_weights()
    {
        using (var first = new TrainingRun(_folder["run"]))
            await first.FitAsync(10);
        var before = TrainingRun.Bytes(_folder["run"], "step-0000010");
        using var other = new TrainingRun(_folder["run"], Models.Tiny with { Depth = 3, LabelDropout = 0.1 });
        using var weight = other.Model.get_parameter("blocks.0.attn.qkv.weight")!.clone();
        var message = (await Assert.ThrowsAsync<CheckpointException>(() => other.FitAsync(20))).Message;
        Assert.Contains("depth 2 against 3", message, StringComparison.Ordinal);
        Assert.Contains("labelDropout 0.25 against 0.1", message, StringComparison.Ordinal);
        Assert.DoesNotContain("width", message, StringComparison.Ordinal);
        Assert.True(weight.Equals(other.Model.get_parameter("blocks.0.attn.qkv.weight")!));
        Assert.Equal(before, TrainingRun.Bytes(_folder["run"], "step-0000010"));
        Assert.Single(Directory.GetDirectories(_folder["run"]));
    }

    [Fact]
    public async Task Old_checkpoints_go_and_half_written_ones_too()
    {
        Directory.CreateDirectory(Path.Combine(_folder["run"], "step-0000005.tmp-abc"));
        Directory.CreateDirectory(Path.Combine(_folder["run"], "step-mine"));
        using var run = new TrainingRun(_folder["run"], with: o => o with { KeepCheckpoints = 2 });
        var saved = new List<long>();
        run.Trainer.Observers.Add(new CallbackObserver(checkpoint: (step, path) =>
        {
            Assert.True(File.Exists(Path.Combine(path, "state.json")));
            saved.Add(step);
        }));
        await run.FitAsync(35);
        Assert.Equal([10, 20, 30, 35], saved);
        Assert.Equal(["metrics.jsonl", "step-0000030", "step-0000035", "step-mine"],
            Directory.GetFileSystemEntries(_folder["run"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_checkpoint_holds_models_that_load_on_their_own()
    {
        using var run = new TrainingRun(_folder["run"]);
        await run.FitAsync(10);
        using var loaded = DitModel.Load(Path.Combine(_folder["run"], "step-0000010", "ema.safetensors"));
        Assert.All(loaded.parameters().Zip(run.Trainer.EmaModel.parameters()), p => Assert.True(p.First.Equals(p.Second)));
        Assert.False(loaded.get_parameter("blocks.0.mlp.fc1.weight")!.Equals(run.Model.get_parameter("blocks.0.mlp.fc1.weight")!));
    }
}
