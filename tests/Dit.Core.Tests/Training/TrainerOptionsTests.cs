using Dit.Torch;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>What the settings of a training promise.</summary>
public sealed class TrainerOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]                                                    // parts of 2, 3 and 3
    [InlineData(8)]
    public void Accumulated_gradients_are_those_of_the_whole_batch(int parts)
    {
        using var whole = Models.Random(Models.Tiny);
        using var divided = Models.Random(Models.Tiny);
        var options = new DitTrainerOptions { Optimizer = new SgdOptions { LearningRate = 1e-2 }, Precision = Precision.Float32 };     // AdamW makes steps of rounding errors
        using var expected = new DitTrainer(whole, new FixedNoiseObjective(), options);
        using var trainer = new DitTrainer(divided, new FixedNoiseObjective(), options with { AccumulationSteps = parts });
        using var batch = new Batch(randn(8, 1, 8, 8), arange(8).remainder(4));
        for (var step = 0; step < 3; step++)
        {
            var (a, b) = (expected.TrainStep(batch), trainer.TrainStep(batch));
            Assert.Equal(a.Loss, b.Loss, 1e-6);
            Assert.Equal(a.GradientNorm, b.GradientNorm, 1e-5 * a.GradientNorm);
        }
        foreach (var (p, q) in whole.parameters().Zip(divided.parameters()))
            Assert.True(p.allclose(q, 1e-6, 1e-6));
    }

    /// The features of a batch reach the objective in as many parts as its images, each with its own.
    [Fact]
    public void Features_come_with_their_images_in_every_part()
    {
        using var model = Models.Random(Models.Tiny);
        var objective = new FeatureObjective();
        using var trainer = new DitTrainer(model, objective, new DitTrainerOptions { AccumulationSteps = 3, Precision = Precision.Float32 });
        using var images = randn(8, 1, 8, 8);
        using var batch = new Batch(images.clone(), arange(8).remainder(4), images.mean([2, 3]).view(8, 1, 1));
        trainer.TrainStep(batch);
        Assert.Equal([2L, 3, 3], objective.Parts);
        batch.Dispose();
        Assert.True(batch.Features!.IsInvalid);
    }

    [Fact]
    public void Gradients_are_cut_off_by_value_before_the_norm()
    {
        using var model = Models.Random(Models.Tiny);
        using var trainer = new DitTrainer(model, new FlowObjective(), new DitTrainerOptions { MaxGradientValue = 1e-4, Precision = Precision.Float32 });
        using var batch = new Batch(randn(8, 1, 8, 8), arange(8).remainder(4));
        var progress = trainer.TrainStep(batch);
        Assert.All(model.parameters().Where(p => p.grad is not null), p => Assert.True(p.grad!.abs().max().item<float>() <= 1e-4f));
        var most = 1e-4 * Math.Sqrt(model.parameters().Sum(p => p.numel()));
        Assert.InRange(progress.GradientNorm, 0.1 * most, most);
    }

    [Fact]
    public void Norms_biases_and_embeddings_do_not_decay()
    {
        var config = Models.Tiny with { Norm = NormType.RmsNorm, Registers = 2, Positions = PositionType.Learned };
        Assert.Equal(["blocks.0.attn.proj.weight", "blocks.0.attn.qkv.weight", "t_embedder.mlp.0.weight", "x_embedder.proj.weight"],
            Shrunk(decaysEverything: false).Where(name => !name.StartsWith("blocks.1", StringComparison.Ordinal) && !name.Contains("mlp.fc", StringComparison.Ordinal)
                && !name.Contains("adaLN", StringComparison.Ordinal) && !name.Contains("mlp.2", StringComparison.Ordinal) && !name.StartsWith("final", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        using var all = new DitModel(config);
        Assert.Equal(all.named_parameters().Count(), Shrunk(decaysEverything: true).Count);

        List<string> Shrunk(bool decaysEverything)
        {
            using var model = Models.Random(config);
            using var _ = no_grad();
            foreach (var parameter in model.parameters())
                parameter.fill_(1);
            using var trainer = new DitTrainer(model, new ZeroObjective(), new DitTrainerOptions
            {
                Optimizer = new AdamWOptions { LearningRate = 0.1, WeightDecay = 0.5, DecaysEverything = decaysEverything }, Precision = Precision.Float32,
            });
            using var batch = new Batch(randn(2, 1, 8, 8), arange(2));
            using (enable_grad())
                trainer.TrainStep(batch);
            return [.. model.named_parameters().Where(p => p.parameter.max().item<float>() < 0.99f).Select(p => p.name)];
        }
    }

    [Fact]
    public async Task Steps_that_are_no_numbers_are_left_out_and_too_many_stop_the_training()
    {
        using var log = new MemoryLog();
        using var run = new TrainingRun(_folder["run"], log: log, with: o => o with { MaxSkippedSteps = 2 });
        var objective = new FailingObjective(at: [4, 5, 9]);
        using var trainer = new DitTrainer(run.Model, objective, new DitTrainerOptions { MaxSkippedSteps = 2, Precision = Precision.Float32 }, log);
        await trainer.FitAsync(run.Data, 12);
        Assert.Equal((12L, 3L), (trainer.Step, trainer.SkippedSteps));
        Assert.Equal(3, log.Entries.Count(e => e.Id == 1009));
        Assert.All(run.Model.parameters(), p => Assert.True(p.isfinite().all().item<bool>()));

        using var third = new DitTrainer(run.Model, new FailingObjective(at: [2, 3, 4]), new DitTrainerOptions { MaxSkippedSteps = 2, Precision = Precision.Float32 }, log);
        var error = await Assert.ThrowsAsync<NotFiniteNumberException>(() => third.FitAsync(run.Data, 12));
        Assert.Contains("loss of step 4", error.Message, StringComparison.Ordinal);
        Assert.Contains("learning rate 0.0001", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_observer_stops_nothing_and_is_logged_once()
    {
        using var log = new MemoryLog();
        using var run = new TrainingRun(null, log: log);
        var (failing, steady) = (0, 0);
        run.Trainer.Observers.Add(new CallbackObserver(_ => throw new InvalidOperationException($"no {++failing}")));
        run.Trainer.Observers.Add(new CallbackObserver(_ => steady++));
        await run.FitAsync(5);
        Assert.Equal((5, 5), (failing, steady));
        Assert.Equal(LogLevel.Error, Assert.Single(log.Entries, e => e.Id == 1010).Level);
    }

    [Fact]
    public async Task Every_tenth_checkpoint_can_be_kept_for_good()
    {
        using var run = new TrainingRun(_folder["run"], with: o => o with { CheckpointEvery = 5, KeepCheckpoints = 1, KeepEvery = 10 });
        await run.FitAsync(35);
        Assert.Equal(["step-0000010", "step-0000020", "step-0000030", "step-0000035"],
            Directory.GetDirectories(_folder["run"]).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_checkpoint_that_cannot_be_written_does_not_end_the_training_unless_it_is_the_last()
    {
        using var log = new MemoryLog();
        using var run = new TrainingRun(_folder["run"], log: log);
        run.Trainer.Observers.Add(new CallbackObserver(p =>
        {
            if (p.Step == 5)
                PutFile("run");
            if (p.Step == 25)
                File.Delete(_folder["run"]);
        }));
        await run.FitAsync(30);
        Assert.Contains(log.Entries, e => e.Id == 1011);
        Assert.True(Directory.Exists(Path.Combine(_folder["run"], "step-0000030")));

        using var other = new TrainingRun(_folder["other"], log: log);
        other.Trainer.Observers.Add(new CallbackObserver(p =>
        {
            if (p.Step == 5)
                PutFile("other");
        }));
        await Assert.ThrowsAnyAsync<IOException>(() => other.FitAsync(12));

        void PutFile(string name)
        {
            Directory.Delete(_folder[name], recursive: true);
            File.WriteAllText(_folder[name], "a file where the folder is to be");
        }
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_to_is_found_before_the_first_step()
    {
        await File.WriteAllTextAsync(_folder["run"], "a file where the folder is to be");
        using var run = new TrainingRun(_folder["run"]);
        var error = await Assert.ThrowsAnyAsync<IOException>(() => run.FitAsync(5));
        Assert.Contains(_folder["run"], error.Message, StringComparison.Ordinal);
        Assert.Equal(0, run.Trainer.Step);
        Assert.Empty(run.Data.Given);
    }

    /// <summary>The test data has 7 batches of 4 images an epoch.</summary>
    [Fact]
    public async Task Lengths_in_images_and_epochs()
    {
        using var run = new TrainingRun(_folder["run"]);
        var steps = new List<long>();
        run.Trainer.Observers.Add(new CallbackObserver(p => steps.Add(p.Steps)));
        var (batch, epoch) = (run.Data.BatchSize, run.Data.BatchesPerEpoch);
        await run.Trainer.FitAsync(run.Data, TrainingLength.Epochs(2));
        Assert.Equal(2 * epoch, run.Trainer.Step);
        Assert.All(steps.Skip(epoch), s => Assert.Equal(2 * epoch, s));
        await run.Trainer.FitAsync(run.Data, TrainingLength.Images(2 * epoch * batch + 1));
        Assert.Equal(2 * epoch + 1, run.Trainer.Step);
        Assert.Equal((2 * epoch + 1) * batch, run.Trainer.ImagesSeen);

        using var second = new TrainingRun(_folder["run"]);
        await second.Trainer.FitAsync(second.Data, TrainingLength.Epochs(3));
        Assert.Equal(epoch - 1, second.Data.Given.Count);
        Assert.Equal(3L * epoch * batch, second.Trainer.ImagesSeen);
        Assert.Equal("3 epochs", TrainingLength.Epochs(3).ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => TrainingLength.Images(-1));
    }

    private sealed class FixedNoiseObjective : ITrainingObjective
    {
        public Tensor Loss(nn.Module<Tensor, Tensor, Tensor?, Tensor> model, Tensor images, Tensor? labels, Generator? generator = null)
        {
            model.eval();                                              // no label dropout, whose draws depend on the parts
            return (model.call(images * 0.5, images.mean([1, 2, 3]), labels) - images).square().mean();
        }
    }

    private sealed class FeatureObjective : ITrainingObjective
    {
        private readonly FlowObjective _inner = new();

        public List<long> Parts { get; } = [];

        public Tensor Loss(nn.Module<Tensor, Tensor, Tensor?, Tensor> model, Tensor images, Tensor? labels, Generator? generator = null) =>
            throw new InvalidOperationException("The features would be lost.");

        public Tensor Loss(nn.Module<Tensor, Tensor, Tensor?, Tensor> model, Batch batch, Generator? generator = null)
        {
            Assert.True(batch.Features!.view(-1).allclose(batch.Images.mean([1, 2, 3])));
            Parts.Add(batch.Count);
            return _inner.Loss(model, batch.Images, batch.Labels, generator);
        }
    }

    private sealed class ZeroObjective : ITrainingObjective
    {
        public Tensor Loss(nn.Module<Tensor, Tensor, Tensor?, Tensor> model, Tensor images, Tensor? labels, Generator? generator = null) =>
            model.parameters().Where(p => p.requires_grad).Select(p => p.sum() * 0).Aggregate((a, b) => a + b);
    }

    private sealed class FailingObjective(int[] at) : ITrainingObjective
    {
        private readonly FlowObjective _inner = new();
        private int _calls;

        public Tensor Loss(nn.Module<Tensor, Tensor, Tensor?, Tensor> model, Tensor images, Tensor? labels, Generator? generator = null)
        {
            var loss = _inner.Loss(model, images, labels, generator);
            return at.Contains(_calls++) ? loss * double.NaN : loss;
        }
    }
}
