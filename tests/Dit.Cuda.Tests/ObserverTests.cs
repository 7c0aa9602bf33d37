using Dit.Core;
using Dit.Core.Tests;
using Dit.Diffusion;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Cuda.Tests;

public sealed class ObserverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Everything that looks at a training looks at one on the device, and none of it fails.</summary>
    [CudaFact]
    public async Task All_observers_work_on_the_device()
    {
        using var scope = NewDisposeScope();
        using var model = Models.Random(Models.Tiny).to(CUDA);
        var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps());
        var data = new FixedBatches(Models.Tiny);
        var options = new DitTrainerOptions { CheckpointDirectory = _folder.Path, CheckpointEvery = 5, KeepBest = new() { Metric = "held_out_loss/ema" }, ReportEvery = 1 };
        using var trainer = new DitTrainer(model, objective, options);
        using var run = new RunObserver(_folder.Path, new RunInfo { Model = model.Config, Training = options });
        using var byTime = new LossByTimeObserver(every: 5, objective, logs: run);
        using var heldOut = data.Make(new(9, 9));
        var grids = new SampleGrids(objective, new DpmSolver(steps: 4), randn([4, 1, 8, 8]).to(CUDA), arange(4, int64).to(CUDA))
        {
            Models = [("ema", trainer.EmaModel)], GuidanceScales = [1, 4],
        };
        var drawn = 0;
        trainer.Observers.Add(run);
        trainer.Observers.Add(byTime);
        trainer.Observers.Add(new HeldOutObserver(every: 5, new HeldOutLoss(objective, [heldOut]), [("raw", model), ("ema", trainer.EmaModel)], run, trainer.Metrics));
        trainer.Observers.Add(new SampleObserver(every: 5, (step, ct) =>
        {
            var images = grids.Draw(step, ct);
            drawn += images.Count;
            return images;
        }, [run]));
        await trainer.FitAsync(data, 10);
        Assert.Equal(4, drawn);
        Assert.NotNull(trainer.BestCheckpoint);
        using var loaded = DitModel.Load(Path.Combine(trainer.BestCheckpoint!, "ema.safetensors"));
        Assert.Equal(DeviceType.CPU, loaded.parameters().First().device.type);
        Assert.Contains("loss", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "report.html")), StringComparison.Ordinal);
    }

    [CudaFact]
    public async Task The_range_test_leaves_the_model_on_the_device()
    {
        using var model = Models.Random(Models.Tiny).to(CUDA);
        var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps());
        var curve = await new LearningRateRangeTest { Steps = 12 }.RunAsync(model, objective, new FixedBatches(Models.Tiny));
        Assert.NotEmpty(curve.Losses);
        Assert.All(model.parameters(), p => Assert.Equal(DeviceType.CUDA, p.device.type));
    }
}
