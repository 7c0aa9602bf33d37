using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>Loss spikes, the way back, and what is said of a training that ends.</summary>
public sealed class GuardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Losses 1, 2, ..., 9 have the median 5 and the median absolute deviation 2.</summary>
    [Fact]
    public void A_loss_is_high_above_so_many_deviations_of_those_before()
    {
        var detector = Filled(deviations: 3, inARow: 1);
        Assert.False(detector.IsSpike(5 + (3 * 1.4826 * 2) - 1e-9, out var limit));
        Assert.Equal(5 + (3 * 1.4826 * 2), limit, 1e-12);
        Assert.True(Filled(deviations: 3, inARow: 1).IsSpike(limit + 1e-9, out _));
    }

    [Fact]
    public void Single_high_losses_are_no_spike()
    {
        var detector = Filled(deviations: 3, inARow: 3);
        Assert.Equal([false, false, false, false, false, true], new[] { 100.0, 100, 5, 100, 100, 100 }.Select(loss => detector.IsSpike(loss, out _)));
    }

    [Fact]
    public void Without_a_way_back_the_new_level_becomes_the_measure()
    {
        var detector = Filled(deviations: 3, inARow: 2);
        var spikes = Enumerable.Repeat(100.0, 40).Select((loss, i) => detector.IsSpike(loss + (i % 3), out _)).ToList();
        Assert.Equal([1], Enumerable.Range(0, 40).Where(i => spikes[i]));
    }

    [Fact]
    public void Nothing_is_judged_before_there_is_a_measure_and_equal_losses_are_one()
    {
        var detector = new SpikeDetector(new() { Window = 5, InARow = 1 });
        Assert.All(new[] { 1.0, 1e9, 1, 1, 1 }, loss => Assert.False(detector.IsSpike(loss, out _)));
        Assert.False(detector.IsSpike(1, out _));
        Assert.True(detector.IsSpike(1.1, out _));
    }

    /// <summary>Batches 25 to 27 are a thousand times too loud; the checkpoints of steps 5, 10, ... are kept.</summary>
    [Fact]
    public async Task After_a_spike_the_training_goes_back_and_meets_other_data()
    {
        using var log = new MemoryLog();
        using var run = Loud(_folder["run"], [25, 26, 27], log);
        run.Trainer.Observers.Add(new CallbackObserver(p =>
        {
            if (p.Step != 28)
                return;
            using var then = DitModel.Load(Path.Combine(_folder["run"], "step-0000020", "model.safetensors"));
            Assert.All(then.parameters().Zip(run.Model.parameters()), w => Assert.True(w.First.Equals(w.Second)));
        }));
        await run.FitAsync(40);
        Assert.Equal((40L, 1), (run.Trainer.Step, run.Trainer.Rollbacks));
        Assert.Equal(40, run.Data.Given.Distinct().Count());
        Assert.Single(log.Entries, e => e.Id == 1013);
        Assert.Contains("step 20", Assert.Single(log.Entries, e => e.Id == 1014).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(log.Entries, e => e.Id == 1010);                // the observer's own assertions
    }

    /// <summary>Stopped within the spike, and in the steps that are lost again.</summary>
    [Theory]
    [InlineData(27)]
    [InlineData(33)]
    public async Task A_training_that_went_back_resumes_to_the_byte(int stop)
    {
        using (var whole = Loud(_folder["whole"], [25, 26, 27]))
            await whole.FitAsync(40);
        using (var first = Loud(_folder["parts"], [25, 26, 27]))
            await first.FitAsync(stop);
        using (var second = Loud(_folder["parts"], [25, 26, 27]))
        {
            await second.FitAsync(40);
            Assert.Equal(1, second.Trainer.Rollbacks);
        }
        var (expected, got) = (TrainingRun.Bytes(_folder["whole"], "step-0000040"), TrainingRun.Bytes(_folder["parts"], "step-0000040"));
        Assert.All(expected, file => Assert.True(file.Value.AsSpan().SequenceEqual(got[file.Key]), file.Key));
    }

    [Fact]
    public async Task Too_many_spikes_stop_the_training()
    {
        using var run = Loud(_folder["run"], [25, 26, 27, 35, 36, 37]);
        var error = await Assert.ThrowsAsync<ArithmeticException>(() => run.FitAsync(60));
        Assert.Contains("step 38 after 1 rollbacks", error.Message, StringComparison.Ordinal);
        Assert.Contains("gradient norms", error.Message, StringComparison.Ordinal);
        Assert.Contains("step-0000035", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_checkpoint_from_before_it_says_so_and_goes_on()
    {
        using var log = new MemoryLog();
        using var run = Loud(_folder["run"], [25, 26, 27], log, every: 100);
        await run.FitAsync(30);
        Assert.Equal((30L, 0), (run.Trainer.Step, run.Trainer.Rollbacks));
        Assert.Equal(LogLevel.Error, Assert.Single(log.Entries, e => e.Id == 1015).Level);
    }

    [Fact]
    public void A_way_back_needs_checkpoints()
    {
        using var model = Models.Random(Models.Tiny);
        var spikes = new SpikeDetection { RollsBack = true, Window = 0, Deviations = 0, InARow = 0, MaxRollbacks = 0 };
        var message = Assert.Throws<ArgumentException>(() => new DitTrainer(model, new FlowObjective(), new() { SpikeDetection = spikes, KeepCheckpoints = 1 })).Message;
        Assert.All(["Window is", "Deviations is", "InARow is", "MaxRollbacks is", "CheckpointDirectory", "KeepCheckpoints must be"],
            part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    /// <summary>The weights of one class are infinite: only its images are no numbers.</summary>
    [Fact]
    public async Task The_diagnosis_names_layer_images_times_rate_norms_and_checkpoint()
    {
        var config = Models.Tiny with { LabelDropout = 0 };
        using var run = new TrainingRun(_folder["run"], config);
        run.Trainer.Observers.Add(new CallbackObserver(p =>
        {
            if (p.Step != 12)
                return;
            using var guard = no_grad();
            run.Model.get_parameter("y_embedder.embedding_table.weight")!.select(0, 2).fill_(float.PositiveInfinity);
        }));
        var error = await Assert.ThrowsAsync<NotFiniteNumberException>(() => run.FitAsync(40));
        using var failed = run.Data.Make(run.Data.Given[^1]);
        var bad = failed.Labels!.eq(2).sum().item<long>();
        Assert.InRange(bad, 1, 3);
        Assert.Contains($"{bad} of 4 images", error.Message, StringComparison.Ordinal);
        Assert.Matches(@"first output that is not finite is that of 'y_embedder", error.Message);
        Assert.Matches(@"network times \d+(\.\d)? to \d+", error.Message);
        Assert.Contains("learning rate 0.001", error.Message, StringComparison.Ordinal);
        Assert.Matches(@"gradient norms before it: ([\d.]+, ){7}[\d.]+\)", error.Message);
        Assert.Contains("step-0000010", error.Message, StringComparison.Ordinal);
    }

    /// <summary>As above, with an objective that tells its times.</summary>
    [Fact]
    public void The_diagnosis_names_the_bins_of_times_where_the_objective_tells_them()
    {
        var objective = new ToldObjective();
        using var run = new TrainingRun(null, Models.Tiny with { LabelDropout = 0 }, new FixedBatches(Models.Tiny, batchSize: 16), objective: objective);
        using (no_grad())
            run.Model.get_parameter("y_embedder.embedding_table.weight")!.select(0, 2).fill_(float.PositiveInfinity);
        var told = new List<(float Time, float Loss)>();
        objective.LossesKnown += images => told = [.. images.Times.data<float>().ToArray().Zip(images.Losses.data<float>().ToArray())];
        using var batch = run.Data.Make(default);
        var error = Assert.Throws<NotFiniteNumberException>(() => run.Trainer.TrainStep(batch)).Message;
        Assert.Equal(batch.Labels!.eq(2).sum().item<long>(), told.Count(i => !float.IsFinite(i.Loss)));
        var bins = told.GroupBy(i => (int)(i.Time * 10)).OrderBy(g => g.Key).Where(g => g.Any(i => !float.IsFinite(i.Loss))).Select(g =>
            FormattableString.Invariant($"{g.Key / 10.0:0.0}-{(g.Key + 1) / 10.0:0.0} ({g.Count(i => !float.IsFinite(i.Loss))} of {g.Count()} images)"));
        Assert.Contains($"Losses that are no numbers are in the t bins {string.Join(", ", bins)}.", error, StringComparison.Ordinal);
    }

    /// <summary>The slope of a root at zero is infinite; the loss at late times is higher by a hundred.</summary>
    [Fact]
    public void A_gradient_that_is_no_number_is_diagnosed_with_the_bin_of_the_highest_loss()
    {
        using var model = Models.Random(Models.Tiny);
        var bias = model.get_parameter("final_layer.linear.bias")!;
        var objective = new ToldObjective { More = t => 100 * (t >= 0.9).to(float32) + (bias - bias.detach()).sqrt().sum() };
        using var trainer = new DitTrainer(model, objective, new() { Precision = Dit.Torch.Precision.Float32 });
        using var batch = new FixedBatches(Models.Tiny, batchSize: 64).Make(default);
        var error = Assert.Throws<NotFiniteNumberException>(() => trainer.TrainStep(batch)).Message;
        Assert.Matches(@"All losses are finite; the highest, 10\d(\.\d)?, is in the t bin 0\.9-1\.0\.", error);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0.01)]                                                        // cut off, an infinity would look like any gradient
    public void A_gradient_that_is_no_number_is_seen_without_a_largest_norm_too(double? value)
    {
        using var model = Models.Random(Models.Tiny);
        using var trainer = new DitTrainer(model, new InfiniteSlope(), new() { MaxGradientNorm = null, MaxGradientValue = value, Precision = Dit.Torch.Precision.Float32 });
        using var batch = new Batch(randn(2, 1, 8, 8), zeros(2, int64));
        using var before = model.get_parameter("final_layer.linear.bias")!.clone();
        var message = Assert.Throws<NotFiniteNumberException>(() => trainer.TrainStep(batch)).Message;
        Assert.Contains("not finite first in final_layer.linear.bias", message, StringComparison.Ordinal);
        Assert.Contains("outputs are finite", message, StringComparison.Ordinal);
        Assert.Contains("There is no checkpoint", message, StringComparison.Ordinal);
        Assert.True(before.Equals(model.get_parameter("final_layer.linear.bias")!));
    }

    private static SpikeDetector Filled(double deviations, int inARow)
    {
        var detector = new SpikeDetector(new() { Window = 9, Deviations = deviations, InARow = inARow });
        foreach (var loss in new double[] { 3, 9, 1, 5, 7, 2, 8, 4, 6 })
            detector.IsSpike(loss, out _);
        return detector;
    }

    private static TrainingRun Loud(string folder, int[] batches, ILoggerFactory? log = null, long every = 5) => new(
        folder, data: new FixedBatches(Models.Tiny) { Loud = [.. batches.Select(b => new BatchPosition(b / 7, b % 7))] }, log: log, with: o => o with
        {
            CheckpointEvery = every,
            KeepCheckpoints = null,
            SpikeDetection = new() { Window = 10, InARow = 3, RollsBack = true, MaxRollbacks = 1 },
        });

    /// <summary>The value of a root at zero is finite, its slope is not.</summary>
    private sealed class InfiniteSlope : ITrainingObjective
    {
        public Tensor Loss(nn.Module<Tensor, Tensor, Tensor?, Tensor> model, Tensor images, Tensor? labels, Generator? generator = null)
        {
            var bias = model.named_parameters().Single(p => p.name == "final_layer.linear.bias").parameter;
            return model.call(images, zeros(images.shape[0]), labels).square().mean() + (bias - bias.detach()).sqrt().sum();
        }
    }
}
