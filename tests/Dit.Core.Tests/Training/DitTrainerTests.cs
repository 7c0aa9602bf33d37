using Dit.Tests;
using Dit.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class DitTrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_loss_falls_and_observers_and_log_see_it()
    {
        using var log = new MemoryLog();
        using var run = new TrainingRun(null, data: new FixedBatches(Models.Tiny, batchSize: 16, batchesPerEpoch: 3), log: log,
            with: o => o with { Optimizer = new AdamWOptions { LearningRate = 3e-3 } });
        var seen = new List<TrainingProgress>();
        run.Trainer.Observers.Add(new CallbackObserver(seen.Add));
        await run.FitAsync(120);
        Assert.Equal(Enumerable.Range(1, 120).Select(i => (long)i), seen.Select(p => p.Step));
        Assert.All(seen, p => Assert.True(p.Steps == 120 && p.GradientNorm > 0 && p.ImagesPerSecond > 0 && double.IsFinite(p.Loss)));
        Assert.True(seen.Take(10).Average(p => p.Loss) > 1.5 * seen.TakeLast(10).Average(p => p.Loss));
        Assert.Equal(new BatchPosition(0, 1), seen[0].Position);
        Assert.Equal(3e-4, seen[0].LearningRate, 1e-12);                    // warm-up over 10 steps
        Assert.Equal(3e-3, seen[9].LearningRate, 1e-12);
        Assert.Equal(3e-3, seen[^1].LearningRate, 1e-12);
        Assert.Equal(12, log.Entries.Count(e => e.Id == 1002));
        Assert.Contains(log.Entries, e => e.Text.Contains("from step 0 to 120", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reports_can_be_rarer_than_steps()
    {
        using var run = new TrainingRun(null, with: o => o with { ReportEvery = 4 });
        var seen = new List<long>();
        run.Trainer.Observers.Add(new CallbackObserver(p => seen.Add(p.Step)));
        await run.FitAsync(13);
        Assert.Equal([4, 8, 10, 12], seen);                                 // 10 is logged, so it is known anyway
    }

    /// <summary>A host's own loop of program 2 gives what the trainer gives.</summary>
    [Fact]
    public async Task The_trainer_does_what_a_loop_by_hand_does()
    {
        using var run = new TrainingRun(null, with: o => o with { WarmupSteps = 0, MaxGradientNorm = 0.5 });
        await run.FitAsync(8);

        using var model = Models.Random(Models.Tiny, seed: 11);
        using var optimizer = optim.AdamW(model.parameters(), lr: 1e-3, weight_decay: 0);
        using var average = new ExponentialMovingAverage(model, decay: 0.9);
        using var generator = new Generator(3);
        model.DropoutGenerator = generator;
        var objective = new FlowObjective();
        await foreach (var batch in new FixedBatches(Models.Tiny, batchesPerEpoch: 7))
            HandStep(batch);
        HandStep(new FixedBatches(Models.Tiny).Make(new(1, 0)));

        using var guard = no_grad();
        AssertSame(model, run.Model);
        average.CopyTo(model);
        AssertSame(model, run.Trainer.EmaModel);

        static void AssertSame(DitModel expected, DitModel got) => Assert.All(
            expected.named_parameters(), p => Assert.True(p.parameter.Equals(got.get_parameter(p.name)!), p.name));

        void HandStep(Batch batch)
        {
            using var scope = NewDisposeScope();
            var loss = objective.Loss(model, batch.Images, batch.Labels, generator);
            optimizer.zero_grad();
            loss.backward();
            nn.utils.clip_grad_norm_(model.parameters(), 0.5);
            optimizer.step();
            average.Update(model);
            batch.Dispose();
        }
    }

    [Fact]
    public async Task Cancelling_leaves_a_checkpoint_to_resume_from()
    {
        using (var whole = new TrainingRun(_folder["whole"]))
            await whole.FitAsync(20);
        using var cancel = new CancellationTokenSource();
        using (var first = new TrainingRun(_folder["run"]))
        {
            first.Trainer.Observers.Add(new CallbackObserver(p =>
            {
                if (p.Step == 13)
                    cancel.Cancel();
            }));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.FitAsync(20, cancel.Token));
            Assert.Equal(13, first.Trainer.Step);
        }
        using var second = new TrainingRun(_folder["run"]);
        await second.FitAsync(20);
        Assert.Equal(7, second.Data.Given.Count);
        Assert.Equal(TrainingRun.Bytes(_folder["whole"], "step-0000020")["ema.safetensors"],
            TrainingRun.Bytes(_folder["run"], "step-0000020")["ema.safetensors"]);
    }

    [Fact]
    public async Task Not_a_number_in_the_data_ends_the_training_with_weights_and_checkpoints_as_they_were()
    {
        using var run = new TrainingRun(_folder["run"], data: new FixedBatches(Models.Tiny) { PoisonFrom = 14 });
        DitModel? before = null;
        run.Trainer.Observers.Add(new CallbackObserver(p =>
        {
            if (p.Step != 14)
                return;
            run.Model.Save(_folder["before.safetensors"]);
            before = DitModel.Load(_folder["before.safetensors"]);
        }));
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => run.FitAsync(30));
        Assert.Contains("2 values", error.Message, StringComparison.Ordinal);
        Assert.Equal(14, run.Trainer.Step);
        Assert.All(before!.parameters().Zip(run.Model.parameters()), p => Assert.True(p.First.Equals(p.Second)));
        Assert.Equal(["step-0000010"], Directory.GetDirectories(_folder["run"]).Select(d => Path.GetFileName(d)));
        before.Dispose();
    }

    [Fact]
    public async Task A_training_that_diverges_says_so()
    {
        using var run = new TrainingRun(_folder["run"]);
        using (no_grad())
            run.Model.get_parameter("final_layer.linear.weight")!.fill_(double.PositiveInfinity);
        var error = await Assert.ThrowsAsync<NotFiniteNumberException>(() => run.FitAsync(30));
        Assert.Contains("diverged", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public void Weights_that_are_no_numbers_are_not_saved()
    {
        using var run = new TrainingRun(_folder["run"]);
        using (no_grad())
            run.Model.get_parameter("blocks.1.mlp.fc1.bias")![3] = float.NaN;
        Assert.Contains("blocks.1.mlp.fc1.bias", Assert.Throws<NotFiniteNumberException>(() => run.Trainer.SaveCheckpoint()).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public async Task Data_without_batches_is_an_error()
    {
        using var run = new TrainingRun(null, data: new FixedBatches(Models.Tiny, batchesPerEpoch: 0));
        Assert.Contains("no batches", (await Assert.ThrowsAsync<InvalidOperationException>(() => run.FitAsync(3))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_training_at_a_time()
    {
        using var run = new TrainingRun(null);
        using var started = new SemaphoreSlim(0);
        using var cancel = new CancellationTokenSource();
        run.Trainer.Observers.Add(new CallbackObserver(_ => started.Release()));
        var first = run.FitAsync(1_000_000, cancel.Token);
        await started.WaitAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.FitAsync(5));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await run.FitAsync(run.Trainer.Step + 1);
    }

    [Fact]
    public void Batches_that_do_not_fit_are_refused()
    {
        using var run = new TrainingRun(null);
        using var scope = NewDisposeScope();
        Refuses(new Batch(zeros(2, 3, 8, 8), zeros(2, int64)), "[2, 3, 8, 8]");
        Refuses(new Batch(zeros(2, 1, 8, 8), zeros(3, int64)), "[3]");
        Refuses(new Batch(zeros(2, 1, 8, 8), full(2, 9, int64)), "label is 9");
        Assert.Equal(0, run.Trainer.Step);

        void Refuses(Batch batch, string part) =>
            Assert.Contains(part, Assert.Throws<ArgumentException>(nameof(batch), () => run.Trainer.TrainStep(batch)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_report_every_problem()
    {
        using var model = Models.Random(Models.Tiny, 1);
        var options = new DitTrainerOptions
        {
            Optimizer = new AdamWOptions { LearningRate = -1, Beta1 = 1, Beta2 = -0.1, Epsilon = 0, WeightDecay = double.NaN },
            WarmupSteps = -1, MaxGradientNorm = 0, EmaDecay = 1, Precision = (Precision)9, CheckpointDirectory = " ", CheckpointEvery = 0,
            KeepCheckpoints = 0, ReportEvery = 0, LogEvery = 0,
        };
        var message = Assert.Throws<ArgumentException>(() => new DitTrainer(model, new FlowObjective(), options)).Message;
        string[] names =
        [
            "LearningRate", "Beta1", "Beta2", "Epsilon", "WeightDecay", "WarmupSteps", "MaxGradientNorm", "EmaDecay", "Precision",
            "CheckpointDirectory", "CheckpointEvery", "KeepCheckpoints", "ReportEvery", "LogEvery",
        ];
        Assert.All(names, name => Assert.Contains($"{name} is", message, StringComparison.Ordinal));
    }

    [Fact]
    public void Weights_must_be_single_precision()
    {
        using var model = Models.Random(Models.Tiny, 1).to(float64);
        Assert.Contains("float32 weights", Assert.Throws<ArgumentException>(() => new DitTrainer(model, new FlowObjective())).Message, StringComparison.Ordinal);
    }

    /// <summary>bf16 is an arithmetic of the products: the numbers stay near, the weights float32.</summary>
    [FeatureFact(Feature.Autocast)]
    public async Task Bfloat16_trains_near_float32()
    {
        var losses = new List<double>[2];
        foreach (var (i, precision) in new[] { Precision.Float32, Precision.BFloat16 }.Index())
        {
            using var run = new TrainingRun(null, with: o => o with { Precision = precision });
            losses[i] = [];
            run.Trainer.Observers.Add(new CallbackObserver(p => losses[i].Add(p.Loss)));
            await run.FitAsync(15);
            Assert.All(run.Model.parameters(), p => Assert.Equal(float32, p.dtype));
        }
        Assert.All(losses[0].Zip(losses[1]), p => Assert.InRange(p.Second / p.First, 0.97, 1.03));
        Assert.NotEqual(losses[0], losses[1]);
    }
}
