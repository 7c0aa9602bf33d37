using System.Diagnostics;
using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Samples.CustomLoop;

/// <summary>The host application: its loop, with Dit's model and objective in it, and no trainer.</summary>
internal static class ShapesProgram
{
    private const int Rows = 3, Columns = 8, Warmup = 100;

    /// <returns>The mean loss of the last fifty steps.</returns>
    public static async Task<double> RunAsync(Settings settings, TextWriter output, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(settings.Out);
        manual_seed(0);
        var target = device(settings.Device);
        using var model = new DitModel(settings.Model).to(target);
        var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new TiltedTimesteps(tilt: 0.5));
        using var optimizer = optim.AdamW(model.parameters(), lr: settings.LearningRate, weight_decay: 0);
        using var ema = new ExponentialMovingAverage(model, settings.EmaDecay);
        await using var data = new BatchLoader(new ShapesDataset(settings.Model.ImageSize.Height, count: 30_000), settings.Batch, seed: 0);

        var (step, recent, clock) = (0, new Queue<double>(), Stopwatch.StartNew());
        while (step < settings.Steps)
        {
            await foreach (var batch in data.WithCancellation(cancellationToken))                     // an epoch
            {
                using var scope = NewDisposeScope();
                foreach (var group in optimizer.ParamGroups)
                    group.LearningRate = settings.LearningRate * Math.Min(1, (step + 1) / (double)Warmup);
                var loss = objective.Loss(model, batch.Images.to(target), batch.Labels!.to(target));  // []
                optimizer.zero_grad();
                loss.backward();
                nn.utils.clip_grad_norm_(model.parameters(), 1.0);
                optimizer.step();
                ema.Update(model);

                recent.Enqueue(loss.item<float>());                                                   // waits for a GPU; read it more rarely there
                if (recent.Count > 50) recent.Dequeue();
                if (++step % 100 == 0 || step == settings.Steps)
                    output.WriteLine($"step {step} of {settings.Steps}  loss {recent.Average():F4}  {step * settings.Batch / clock.Elapsed.TotalSeconds:F0} images/s");
                if (step == settings.Steps) break;
            }
        }

        ema.CopyTo(model);
        model.eval();
        model.Save(Path.Combine(settings.Out, "shapes.safetensors"));
        Draw(model, objective, settings, target, cancellationToken);
        output.WriteLine($"Done in {clock.Elapsed:m\\:ss}. See '{settings.Out}'.");
        return recent.Average();
    }

    /// <summary>A row of each shape, and how they came to be.</summary>
    private static void Draw(DitModel model, DenoisingObjective objective, Settings settings, Device target, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var labels = tensor(Enumerable.Range(0, Rows * Columns).Select(i => (long)(i / Columns)).ToArray(), device: target);   // [24]: 8 discs, 8 squares, 8 triangles
        var seeds = new SeededNoise(Enumerable.Range(1, Rows * Columns).Select(seed => (ulong)seed));
        var noise = seeds.Initial(3, settings.Model.ImageSize.Height, settings.Model.ImageSize.Width).to(target);
        var denoiser = objective.Denoiser(model, labels).Guided(scale: 2);
        var animation = new Animation(Columns);
        foreach (var step in new AdamsBashforthSampler(steps: 25).Steps(denoiser, noise))
        {
            cancellationToken.ThrowIfCancellationRequested();
            animation.Add(step.PredictedClean);
            if (step.Index == step.Count - 1)
                ImageFile.SaveGrid(Path.Combine(settings.Out, "shapes.png"), step.Sample, Columns);
        }
        animation.Save(Path.Combine(settings.Out, "denoising.gif"), new() { LastFrameDuration = TimeSpan.FromSeconds(2) });
    }
}
