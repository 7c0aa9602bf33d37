using Dit.Core;
using Dit.Data;
using Dit.Diffusion;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Samples.CelebA;

/// <summary>What the program does: train, find a learning rate, generate.</summary>
internal static class Faces
{
    public static async Task TrainAsync(Recipe recipe, string? data, string folder, int seed, CancellationToken cancellationToken)
    {
        manual_seed(seed);
        using var model = new DitModel(recipe.Model).to(Devices.Best);
        await using var loader = recipe.Loader(data, seed);
        using var trainer = new DitTrainer(model, Recipe.Objective, recipe.Training(folder, (ulong)seed));
        using var run = new RunObserver(folder, new RunInfo { Title = "CelebA", Model = recipe.Model });
        using var labels = tensor(Enumerable.Range(0, 16).Select(i => i / 8L).ToArray());                // eight women and eight men
        using var noise = Noise(recipe, count: 16, seed: 1);
        var previews = new SampleGrids(Recipe.Objective, recipe.Sampler, noise, labels) { Models = [("ema", trainer.EmaModel)], Clip = 1 };
        trainer.Observers.Add(run);
        trainer.Observers.Add(new ProgressObserver(Console.Out));
        trainer.Observers.Add(new SampleObserver(recipe.PreviewEvery, previews.Draw, [run, new AnimationLog(folder)], cancellationToken));
        await trainer.FitAsync(loader, recipe.Steps, cancellationToken);
    }

    public static async Task FindLearningRateAsync(Recipe recipe, string? data, string folder, int seed, CancellationToken cancellationToken)
    {
        manual_seed(seed);
        using var model = new DitModel(recipe.Model).to(Devices.Best);
        await using var loader = recipe.Loader(data, seed);
        var test = new LearningRateRangeTest { Steps = (int)Math.Min(recipe.Steps, 200), Observers = [new ProgressObserver(Console.Out)] };
        var curve = await test.RunAsync(model, Recipe.Objective, loader, recipe.Training(folder, (ulong)seed), cancellationToken);
        curve.Save(Path.Combine(folder, "learning-rate.svg"));
        Console.WriteLine($"The loss falls most steeply at a learning rate of {curve.Suggestion:G3}. See '{Path.Combine(folder, "learning-rate.svg")}'.");
    }

    public static void Generate(Recipe recipe, string folder, string[] labels, bool ema, int seed)
    {
        var checkpoint = Directory.EnumerateDirectories(folder, "step-*").Max() ?? throw new FileNotFoundException($"'{folder}' has no checkpoint: train first.");
        using var scope = NewDisposeScope();
        using var model = DitModel.Load(Path.Combine(checkpoint, ema ? "ema.safetensors" : "model.safetensors")).to(Devices.Best);
        var classes = tensor(labels.Select(label => (long)Array.IndexOf(Recipe.Classes, label)).ToArray());     // [B]
        var images = recipe.Sampler.Sample(Recipe.Objective.Denoiser(model, classes).Clipped(), Noise(recipe, labels.Length, (ulong)seed));
        for (var i = 0; i < labels.Length; i++)
        {
            var path = Path.Combine(folder, "generated", $"{i:D2}-{labels[i]}.png");
            ImageFile.Save(path, images[i]);
            Console.WriteLine(path);
        }
    }

    private static Tensor Noise(Recipe recipe, int count, ulong seed)
    {
        using var generator = new Generator(seed);
        var (height, width) = recipe.Model.ImageSize;
        return randn([count, 3, height, width], generator: generator).to(Devices.Best, disposeAfter: true);    // [B, 3, H, W]
    }
}
