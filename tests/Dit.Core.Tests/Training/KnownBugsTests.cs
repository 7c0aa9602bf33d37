using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>Mistakes of other trainers, each of which cost somebody a run. Those that are about one part only are held by that part's tests.</summary>
public sealed class KnownBugsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>An average that moves with every part of a batch forgets four times as fast.</summary>
    [Fact]
    public void Averages_move_once_a_step_of_the_optimizer()
    {
        using var run = new TrainingRun(null, with: o => o with { AccumulationSteps = 4, WarmupSteps = 0 });
        using var batch = run.Data.Make(default);
        const string Name = "blocks.0.mlp.fc1.weight";
        using var scope = NewDisposeScope();
        var before = run.Model.get_parameter(Name)!.detach().clone();
        run.Trainer.TrainStep(batch);
        var first = 0.9 * before + 0.1 * run.Model.get_parameter(Name)!.detach();
        run.Trainer.TrainStep(batch);
        var expected = 0.9 * first + 0.1 * run.Model.get_parameter(Name)!.detach();
        Assert.True(expected.allclose(run.Trainer.EmaModel.get_parameter(Name)!, rtol: 0, atol: 1e-7));
        Assert.False(before.allclose(run.Trainer.EmaModel.get_parameter(Name)!, rtol: 0, atol: 1e-6));
    }

    [Fact]
    public void Averages_are_of_parameters_and_not_of_buffers()
    {
        using var model = new WithBuffer();
        using var average = new ExponentialMovingAverage(model, 0.5);
        using var guard = no_grad();
        Assert.Equal(["weight"], average.Averages.Keys);
        model.get_parameter("weight")!.fill_(3);
        model.get_buffer("count")!.fill_(3);
        average.Update(model);
        average.CopyTo(model);
        Assert.Equal((2f, 3f), (model.get_parameter("weight")!.item<float>(), model.get_buffer("count")!.item<float>()));
    }

    /// <summary>Positions that are not trained are part of the averaged model, unchanged.</summary>
    [Fact]
    public void Frozen_parameters_are_copied_into_averages()
    {
        using var run = new TrainingRun(null);
        using var batch = run.Data.Make(default);
        run.Trainer.TrainStep(batch);
        var positions = run.Model.get_parameter("pos_embed")!;
        Assert.False(positions.requires_grad);
        Assert.True(positions.Equals(run.Trainer.EmaModel.get_parameter("pos_embed")!));
    }

    /// <summary>A label that is dropped by the loader and again by the model is dropped three times out of four.</summary>
    [Fact]
    public void Labels_are_dropped_once_and_only_in_training()
    {
        var config = Models.Tiny with { LabelDropout = 0.5 };
        using var model = Models.Random(config);
        var objective = new DroppedObjective();
        using var trainer = new DitTrainer(model, objective, new DitTrainerOptions { Optimizer = new SgdOptions { LearningRate = 0 }, Precision = Dit.Torch.Precision.Float32 });
        using var batch = new Batch(zeros(2000, 1, 8, 8), zeros(2000, int64));
        trainer.TrainStep(batch);
        Assert.InRange(objective.Dropped, 0.46, 0.54);                        // 0.5, give or take 3.6 standard deviations

        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var (images, times) = (zeros(64, 1, 8, 8), zeros(64));
        var given = trainer.EmaModel.call(images, times, zeros(64, int64));
        Assert.False(trainer.EmaModel.training);
        Assert.True(given.allclose(given.narrow(0, 0, 1).expand_as(given), 0, 1e-6));
        Assert.False(given.allclose(trainer.EmaModel.call(images, times, full(64, config.Classes, int64)), 0, 1e-3));
    }

    /// <summary>An observer that samples in the middle of a training: the model in evaluation mode, gradients off, random numbers drawn from everywhere.</summary>
    [Fact]
    public async Task Sampling_does_not_disturb_the_training()
    {
        using var alone = new TrainingRun(null);
        await alone.FitAsync(12);
        using var run = new TrainingRun(null);
        run.Trainer.Observers.Add(new CallbackObserver(p =>
        {
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            foreach (var model in (DitModel[])[run.Model, run.Trainer.EmaModel])
            {
                model.eval();
                model.call(randn(2, 1, 8, 8), rand(2), zeros(2, int64));
            }
            manual_seed(p.Step);
        }));
        await run.FitAsync(12);
        Assert.All(alone.Model.parameters().Zip(run.Model.parameters()), p => Assert.True(p.First.Equals(p.Second)));
        Assert.All(alone.Trainer.EmaModel.parameters().Zip(run.Trainer.EmaModel.parameters()), p => Assert.True(p.First.Equals(p.Second)));
        Assert.False(run.Trainer.EmaModel.training);
    }

    /// <summary>The newest is the one with the most steps, not the largest file, the last one touched, or the last in the alphabet.</summary>
    [Fact]
    public async Task The_newest_checkpoint_is_the_one_with_the_most_steps()
    {
        using (var first = new TrainingRun(_folder["run"], with: o => o with { KeepCheckpoints = null }))
            await first.FitAsync(20);
        await File.WriteAllBytesAsync(Path.Combine(_folder["run"], "step-0000010", "notes.bin"), new byte[1_000_000]);
        Directory.SetLastWriteTimeUtc(Path.Combine(_folder["run"], "step-0000010"), DateTime.UtcNow.AddHours(1));
        Directory.Move(Path.Combine(_folder["run"], "step-0000010"), Path.Combine(_folder["run"], "step-9999999"));
        Directory.Move(Path.Combine(_folder["run"], "step-0000020"), Path.Combine(_folder["run"], "step-10000000"));
        using var second = new TrainingRun(_folder["run"]);
        Assert.True(second.Trainer.Resume());
        Assert.Equal(20, second.Trainer.Step);
    }

    /// <summary>The first step has the whole rate, a warm-up does not begin at zero, and a decay every 3 steps falls at steps 4 and 7.</summary>
    [Theory]
    [InlineData(0, new[] { 1, 1, 1, 0.1, 0.1, 0.1, 0.01 })]
    [InlineData(2, new[] { 0.5, 1, 1, 1, 1, 0.1, 0.1 })]
    public void The_learning_rate_of_each_step(long warmup, double[] expected)
    {
        using var model = Models.Random(Models.Tiny);
        using var trainer = new DitTrainer(model, new SlopeObjective(), new DitTrainerOptions
        {
            Optimizer = new SgdOptions { LearningRate = 1, Momentum = 0 }, WarmupSteps = warmup, LearningRateSchedule = new StepDecay(3),
            MaxGradientNorm = null, Precision = Dit.Torch.Precision.Float32,
        });
        using var batch = new Batch(zeros(1, 1, 8, 8), zeros(1, int64));
        var bias = model.get_parameter("final_layer.linear.bias")!;
        foreach (var rate in expected)
        {
            var before = bias[0].item<float>();
            Assert.Equal(rate, trainer.TrainStep(batch).LearningRate, 1e-12);
            Assert.Equal(rate, before - bias[0].item<float>(), 1e-5);         // the slope is 1: the step is the rate
        }
    }

    /// <summary>Without its moments the first step after a resume is as long as the very first, and the loss jumps.</summary>
    [Fact]
    public async Task A_resumed_optimizer_goes_on_with_its_moments()
    {
        using (var first = new TrainingRun(_folder["run"]))
            await first.FitAsync(20);
        using var resumed = new TrainingRun(_folder["run"]);
        Assert.True(resumed.Trainer.Resume(resumed.Data));
        using var fresh = DitModel.Load(Path.Combine(_folder["run"], "step-0000020", "model.safetensors"));
        using var without = new DitTrainer(fresh, new FlowObjective(), new() { Optimizer = new AdamWOptions { LearningRate = 1e-3 }, Precision = Dit.Torch.Precision.Float32 });
        using var batch = resumed.Data.Make(resumed.Data.Position);
        double Change(DitModel model, DitTrainer trainer)
        {
            using var scope = NewDisposeScope();
            var before = model.get_parameter("blocks.0.mlp.fc1.weight")!.detach().clone();
            trainer.TrainStep(batch);
            return (model.get_parameter("blocks.0.mlp.fc1.weight")!.detach() - before).abs().mean().item<float>();
        }

        Assert.InRange(Change(fresh, without), 0.9e-3, 1.1e-3);               // a first step of Adam is the rate's sign
        Assert.InRange(Change(resumed.Model, resumed.Trainer), 0, 0.8e-3);
    }

    /// <summary>A learning rate of zero changes nothing, and gradients of an earlier step are not added to the next.</summary>
    [Fact]
    public void Gradients_start_at_zero_with_each_step()
    {
        using var model = Models.Random(Models.Tiny);
        using var trainer = new DitTrainer(model, new SlopeObjective(), new DitTrainerOptions
        {
            Optimizer = new SgdOptions { LearningRate = 0 }, MaxGradientNorm = null, AccumulationSteps = 2, Precision = Dit.Torch.Precision.Float32,
        });
        using var batch = new Batch(zeros(4, 1, 8, 8), zeros(4, int64));
        for (var step = 0; step < 3; step++)
        {
            trainer.TrainStep(batch);
            Assert.Equal(1f, model.get_parameter("final_layer.linear.bias")!.grad![0].item<float>(), 1e-6f);
        }
    }

    /// <summary>The slope of the first element of the last bias is 1, all others 0.</summary>
    private sealed class SlopeObjective : ITrainingObjective
    {
        public Tensor Loss(nn.Module<Tensor, Tensor, Tensor?, Tensor> model, Tensor images, Tensor? labels, Generator? generator = null) =>
            model.named_parameters().Single(p => p.name == "final_layer.linear.bias").parameter[0] * 1.0
            + 0 * model.call(images, zeros(images.shape[0]), labels).sum();
    }

    /// <summary>Equal images, times and labels, so that those without their label are seen in the output.</summary>
    private sealed class DroppedObjective : ITrainingObjective
    {
        public double Dropped { get; private set; }

        public Tensor Loss(nn.Module<Tensor, Tensor, Tensor?, Tensor> model, Tensor images, Tensor? labels, Generator? generator = null)
        {
            var output = model.call(images, zeros(images.shape[0]), labels);
            using (no_grad())
            {
                model.eval();
                var without = model.call(images.narrow(0, 0, 1), zeros(1), full(1, Models.Tiny.Classes, int64));
                model.train();
                Dropped = (output - without).abs().amax([1, 2, 3]).lt(1e-4).to(float32).mean().item<float>();
            }
            return output.square().mean();
        }
    }

    private sealed class WithBuffer : nn.Module
    {
        private readonly TorchSharp.Modules.Parameter weight = nn.Parameter(ones(1));

        public WithBuffer() : base(nameof(WithBuffer))
        {
            register_buffer("count", ones(1));
            register_parameter(nameof(weight), weight);
        }
    }
}
