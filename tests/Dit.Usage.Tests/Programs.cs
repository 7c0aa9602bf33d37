using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using Dit.Torch;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Dit.Usage.Tests;

/// <summary>The README's programs. What stands between two markers is there to the letter; see <see cref="ReadmeTests"/>.</summary>
internal static class Programs
{
    internal static async Task Train(ILoggerFactory loggerFactory, CancellationToken cancellationToken)
    {
        // readme: train
        using var model = new DitModel(DitConfig.S(patchSize: 4) with { ImageSize = 28, Channels = 1, Classes = 10 });
        var objective   = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps());
        await using var data = new BatchLoader(new MnistDataset("data/mnist"), batchSize: 64, seed: 0) { Workers = 2 };

        using var trainer = new DitTrainer(model, objective, new DitTrainerOptions
        {
            Optimizer = new AdamWOptions { LearningRate = 1e-4 }, EmaDecay = 0.9999, MaxGradientNorm = 1.0, WarmupSteps = 500,
            Precision = Precision.Auto, CheckpointDirectory = "runs/mnist", CheckpointEvery = 500,
        }, loggerFactory);
        await trainer.FitAsync(data, steps: 5_000, cancellationToken);          // resumes by itself from runs/mnist
        // readme: end
    }

    internal static void Sample(DitTrainer trainer, DenoisingObjective objective)
    {
        // readme: sample
        using var labels = arange(10);
        var denoiser = objective.Denoiser(trainer.EmaModel, labels).Guided(scale: 4.0);
        using var images = new HeunSampler(steps: 20).Sample(denoiser, randn(10, 1, 28, 28));
        ImageFile.SaveGrid("digits.png", images, columns: 5);
        // readme: end
    }

    internal static async Task OwnLoop(DitModel model, DenoisingObjective objective, BatchLoader data, CancellationToken ct)
    {
        // readme: loop
        var optimizer = optim.AdamW(model.parameters(), lr: 1e-4, weight_decay: 0);
        var ema = new ExponentialMovingAverage(model, decay: 0.9999);
        await foreach (var batch in data.WithCancellation(ct))
        {
            using var scope = NewDisposeScope();
            var loss = objective.Loss(model, batch.Images, batch.Labels);
            optimizer.zero_grad(); loss.backward();
            nn.utils.clip_grad_norm_(model.parameters(), 1.0);
            optimizer.step(); ema.Update(model);
        }
        // readme: end
    }

    internal static void Official()
    {
        // readme: official
        using var model = DitModel.Load("DiT-XL-2-256x256.pt");                 // what model it is, its tensors tell; .safetensors and diffusers' folders, too
        using var vae   = AutoencoderKL.Load("sd-vae-ft-ema");
        using var labels = tensor(new long[] { 207, 360, 387, 974, 88, 979, 417, 279 });
        var denoiser = DenoisingObjective.OfficialDit().Denoiser(model, labels).Guided(scale: 4.0);
        using var z = new DpmSolver(steps: 20).Sample(denoiser, randn(8, 4, 32, 32));
        using var images = vae.Decode(z);
        ImageFile.SaveGrid("imagenet.png", images, columns: 4);
        // readme: end
    }

    internal static async Task<int> Latents()
    {
        // readme: latents
        using var vae = AutoencoderKL.Load("sd-vae-ft-ema");
        await LatentCache.BuildAsync(new ImageFolder("imagenet/train"), vae, "latents", new LatentCacheOptions { Crop = new AdmCenterCrop(256), HorizontalFlip = true });
        using var latents = new LatentCache("latents");
        await using var data = new BatchLoader(latents, batchSize: 256, seed: 0) { HorizontalFlip = true };
        // readme: end
        return latents.Count;
    }

    internal static void Watch(Denoiser denoiser, Tensor noise)
    {
        // readme: watch
        var gif = new Animation(columns: 5);
        foreach (var step in new EulerSampler(steps: 50).Steps(denoiser, noise))   // step.Index, .Time, .Sample, .PredictedClean
            gif.Add(step.PredictedClean);
        gif.Save("denoising.gif");
        // readme: end
    }

    internal static async Task Observe(
        DitTrainer trainer, DitModel model, DenoisingObjective objective, DitTrainerOptions options, BatchLoader data, Batch[] heldOut, Tensor noise, Tensor labels, long steps,
        CancellationToken cancellationToken)
    {
        // readme: observe
        using var run = new RunObserver("runs/mnist", new RunInfo { Model = model.Config, Training = options });   // report.html, TensorBoard, metrics.jsonl
        using var byTime = new LossByTimeObserver(every: 100, objective, logs: run);
        var heldOutLoss = new HeldOutLoss(objective, heldOut);
        var grids = new SampleGrids(objective, new DpmSolver(steps: 20), noise, labels) { Models = [("ema", trainer.EmaModel)], GuidanceScales = [1, 4] };
        trainer.Observers.Add(run);
        trainer.Observers.Add(byTime);
        trainer.Observers.Add(new ProgressObserver(Console.Out));
        trainer.Observers.Add(new HeldOutObserver(every: 500, heldOutLoss, [("raw", model), ("ema", trainer.EmaModel)], run));
        trainer.Observers.Add(new SampleObserver(every: 500, grids.Draw, [run, new AnimationLog("runs/mnist")]));
        await trainer.FitAsync(data, steps, cancellationToken);
        // readme: end
    }

    internal static void Hosted(HostApplicationBuilder builder)
    {
        // readme: hosted
        builder.Services.AddDit(builder.Configuration.GetSection("Dit"));       // DitModel, DenoisingObjective, DitTrainer; options validated at start, ILogger wired
        // readme: end
    }
}
