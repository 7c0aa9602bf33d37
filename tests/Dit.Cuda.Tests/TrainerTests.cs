using Dit.Core;
using Dit.Core.Tests;
using Dit.Data;
using Dit.Diffusion;
using Dit.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Cuda.Tests;

public sealed class TrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [CudaTheory, InlineData(Precision.Float32), InlineData(Precision.BFloat16), InlineData(Precision.Float16)]
    public async Task Learns(Precision precision)
    {
        using var run = new Run(null, o => o with { Precision = precision, ReportEvery = 1 });
        var losses = new List<double>();
        run.Trainer.Observers.Add(new CallbackObserver(p => losses.Add(p.Loss)));
        await run.FitAsync(60);
        Assert.All(run.Trainer.EmaModel.parameters(), p => Assert.Equal(DeviceType.CUDA, p.device.type));
        Assert.True(losses.TakeLast(10).Average() < 0.8 * losses.Take(5).Average(), string.Join(" ", losses));
    }

    /// <summary>A factor that overflows float16 is halved until it does not; the steps until then change nothing.</summary>
    [CudaFact]
    public async Task A_scale_that_overflows_is_lowered()
    {
        using var run = new Run(null, o => o with { Precision = Precision.Float16, LossScaling = new() { InitialScale = Math.Pow(2, 40) }, MaxSkippedSteps = 60 });
        await run.FitAsync(60);
        Assert.InRange(run.Trainer.SkippedSteps, 10, 59);
        Assert.All(run.Model.parameters(), p => Assert.True(p.isfinite().all().item<bool>()));
    }

    /// <summary>Stopping and going on gives the same bytes, on the device too.</summary>
    [CudaTheory, InlineData(Precision.Float32), InlineData(Precision.BFloat16), InlineData(Precision.Float16)]
    public async Task Resumes_to_the_byte(Precision precision)
    {
        foreach (var (folder, stops) in new[] { ("whole", new[] { 12 }), ("parts", [7, 12]) })
        {
            foreach (var stop in stops)
            {
                using var run = new Run(_folder[folder], o => o with { Precision = precision, Averages = [new ConstantEma(0.9), new PowerEma(0.1)] });
                await run.FitAsync(stop);
            }
        }
        foreach (var file in Directory.GetFiles(Path.Combine(_folder["whole"], "step-0000012"), "*.safetensors"))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(_folder["parts"], "step-0000012", Path.GetFileName(file))));
    }

    /// <summary>Between two reports the processor hands out work, and does not wait for any of it: the loader, the steps and the averages.</summary>
    [CudaTheory(countsWaits: true), InlineData(Precision.Float32), InlineData(Precision.BFloat16)]
    public async Task Steps_do_not_wait_for_the_device(Precision precision)
    {
        using var run = new Run(null, o => o with { Precision = precision, ReportEvery = 1000, LogEvery = 1000, MaxGradientNorm = 1 });
        await using var data = new BatchLoader(Pixels(), batchSize: 16, seed: 1) { Device = CUDA };
        var waits = new List<long>();
        await foreach (var _ in run.Trainer.StepsAsync(data, TrainingLength.Steps(12)))
            waits.Add(CudaDevice.Waits);
        Assert.Single(waits.Skip(2).SkipLast(1).Distinct());                      // the last step is read
    }

    private static InMemoryDataset Pixels() => new([.. Enumerable.Range(0, 64).Select(i =>
        new LabeledImage(new PixelImage(Enumerable.Range(0, 64).Select(j => (byte)(i * j)).ToArray(), 8, 8, channels: 1), Label: i % 4))]);

    private sealed class Run : IDisposable
    {
        public Run(string? folder, Func<DitTrainerOptions, DitTrainerOptions> with)
        {
            Model = Models.Random(Models.Tiny, seed: 11).to(CUDA);
            Data = new FixedBatches(Models.Tiny, batchSize: 16);
            var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps());
            Trainer = new DitTrainer(Model, objective, with(new()
            {
                Optimizer = new AdamWOptions { LearningRate = 3e-3 }, WarmupSteps = 5, EmaDecay = 0.9, Seed = 3, CheckpointDirectory = folder, CheckpointEvery = 10,
            }));
        }

        public DitModel Model { get; }

        private FixedBatches Data { get; }

        public DitTrainer Trainer { get; }

        public Task FitAsync(long steps) => Trainer.FitAsync(Data, steps);

        public void Dispose()
        {
            Trainer.Dispose();
            Model.Dispose();
        }
    }
}
