using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class LossScalerTests
{
    private static readonly LossScaling Quick = new() { InitialScale = 1024, GrowthInterval = 3 };

    /// <summary>PyTorch's rule, by hand: halved after each overflow, doubled after so many steps in a row without.</summary>
    [Theory]
    [InlineData("+++", new double[] { 1024, 1024, 2048 })]
    [InlineData("++-+++", new double[] { 1024, 1024, 512, 512, 512, 1024 })]
    [InlineData("--", new double[] { 512, 256 })]
    [InlineData("++++++", new double[] { 1024, 1024, 2048, 2048, 2048, 4096 })]
    public void The_factor_follows_the_overflows(string steps, double[] expected)
    {
        var scaler = new LossScaler(Quick);
        Assert.Equal(expected, steps.Select(step =>
        {
            scaler.Update(finite: step == '+');
            return scaler.Factor;
        }));
    }

    [Fact]
    public void The_defaults_are_pytorchs()
    {
        var scaler = new LossScaler();
        Assert.Equal(65536, scaler.Factor);
        for (var i = 0; i < 1999; i++)
            scaler.Update(finite: true);
        Assert.Equal((65536, 1999), (scaler.Factor, scaler.StepsWithoutOverflow));
        scaler.Update(finite: true);
        Assert.Equal((131072, 0), (scaler.Factor, scaler.StepsWithoutOverflow));
    }

    [Fact]
    public void The_factor_stays_a_float32()
    {
        var scaler = new LossScaler(new() { InitialScale = Math.Pow(2, 127), GrowthInterval = 1 });
        scaler.Update(finite: true);
        Assert.Equal(Math.Pow(2, 127), scaler.Factor);
    }

    [Theory]
    [InlineData(3f, true)]
    [InlineData(float.PositiveInfinity, false)]
    [InlineData(float.NaN, false)]
    public void Gradients_are_unscaled_and_checked(float value, bool finite)
    {
        using var scope = NewDisposeScope();
        var scaler = new LossScaler(Quick);
        Tensor[] gradients = [ones(4) * 2048, ones(2, 2) * value];
        Assert.Equal(finite, scaler.Unscale(gradients));
        if (finite)
            Assert.Equal([2f, 2f, 2f, 2f], gradients[0].data<float>().ToArray());
        using var loss = ones(1) * 0.5;
        Assert.Equal(512f, scaler.Scale(loss).item<float>());
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        var message = Assert.Throws<ArgumentException>(() => new LossScaler(new() { InitialScale = 0, GrowthFactor = 1, BackoffFactor = 1, GrowthInterval = 0 })).Message;
        Assert.All(["InitialScale", "GrowthFactor", "BackoffFactor", "GrowthInterval"], name => Assert.Contains($"{name} is", message, StringComparison.Ordinal));
    }

    /// <summary>A power of two changes no digit, so clipping and the optimizer must see the same numbers: unscaling comes before them.</summary>
    [Fact]
    public async Task A_scaled_training_is_the_same_training()
    {
        using var plain = new TrainingRun(null, with: o => o with { MaxGradientNorm = 0.5, AccumulationSteps = 2 });
        using var scaled = new TrainingRun(null, with: o => o with { MaxGradientNorm = 0.5, AccumulationSteps = 2, LossScaling = Quick });
        await plain.FitAsync(12);
        await scaled.FitAsync(12);
        Assert.All(plain.Model.parameters().Zip(scaled.Model.parameters()), p => Assert.True(p.First.Equals(p.Second)));
        Assert.All(plain.Trainer.EmaModel.parameters().Zip(scaled.Trainer.EmaModel.parameters()), p => Assert.True(p.First.Equals(p.Second)));
    }

    /// <summary>The first factors are too large even for float32.</summary>
    [Fact]
    public void Overflowing_steps_are_left_out_until_the_factor_fits()
    {
        using var log = new MemoryLog();
        using var run = new TrainingRun(null, log: log, with: o => o with { LossScaling = new() { InitialScale = Math.Pow(2, 127), BackoffFactor = 1 / 16.0 } });
        using var batch = run.Data.Make(default);
        var name = "final_layer.linear.weight";
        for (var step = 0; step < 8; step++)
        {
            using var before = run.Model.get_parameter(name)!.clone();
            using var average = run.Trainer.EmaModel.get_parameter(name)!.clone();
            var skipped = run.Trainer.SkippedSteps;
            var progress = run.Trainer.TrainStep(batch);
            var isSkipped = run.Trainer.SkippedSteps > skipped;
            Assert.Equal(isSkipped, before.Equals(run.Model.get_parameter(name)!));
            Assert.Equal(isSkipped, average.Equals(run.Trainer.EmaModel.get_parameter(name)!));
            Assert.Equal(isSkipped, double.IsInfinity(progress.GradientNorm));
        }
        Assert.InRange(run.Trainer.SkippedSteps, 1, 4);
        Assert.Equal(run.Trainer.SkippedSteps, log.Entries.Count(e => e.Id == 1012));
        Assert.Equal(8, run.Trainer.Step);
    }

    /// <summary>An infinity that no factor takes away is not the factor's.</summary>
    [Fact]
    public void A_gradient_that_overflows_at_a_factor_of_one_stops_the_training()
    {
        using var model = Models.Random(Models.Tiny);
        using var trainer = new DitTrainer(model, new RootObjective(), new DitTrainerOptions { Precision = Precision.Float32, LossScaling = new() { InitialScale = 4 } });
        using var batch = new Batch(zeros(2, 1, 8, 8), zeros(2, int64));
        trainer.TrainStep(batch);
        trainer.TrainStep(batch);
        Assert.Throws<NotFiniteNumberException>(() => trainer.TrainStep(batch));
        Assert.Equal(2, trainer.SkippedSteps);
    }

    [Fact]
    public void Float16_is_refused_on_the_processor()
    {
        using var model = Models.Random(Models.Tiny);
        var message = Assert.Throws<NotSupportedException>(() => new DitTrainer(model, new FlowObjective(), new DitTrainerOptions { Precision = Precision.Float16 })).Message;
        Assert.Contains("CUDA", message, StringComparison.Ordinal);
        Assert.Contains("BFloat16", message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => Autocast.For(Precision.Float16, CPU));
    }

    /// <summary>The root's slope at zero is infinite, its value is not.</summary>
    private sealed class RootObjective : ITrainingObjective
    {
        public Tensor Loss(nn.Module<Tensor, Tensor, Tensor?, Tensor> model, Tensor images, Tensor? labels, Generator? generator = null) =>
            (model.call(images, zeros(images.shape[0]), labels) * 0).sqrt().sum();
    }
}
