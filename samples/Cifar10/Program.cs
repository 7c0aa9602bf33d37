using System.CommandLine;
using Dit.Core;
using Dit.Data;
using Dit.Samples;
using Dit.Samples.Cifar10;
using TorchSharp;
using static TorchSharp.torch;

var small = new Option<bool>("--small") { Description = "Emoji and a small model: minutes on a processor." };
var data = new Option<string>("--data") { Description = "The folder with CIFAR-10's data_batch_1.bin to 5.", DefaultValueFactory = _ => "cifar-10-batches-bin" };
var folder = new Option<string>("--out") { Description = "Folder of the run. A second start goes on with it.", DefaultValueFactory = _ => Path.Combine("runs", "cifar10") };
var steps = new Option<long?>("--steps") { Description = "Training steps in all, if not the recipe's." };
var perClass = new Option<int?>("--per-class") { Description = "Pictures of each class in a preview, if not the recipe's." };
var pictures = new Option<int?>("--pictures") { Description = "Pictures that the Fréchet distance is of, if not the recipe's." };
var seed = new Option<int>("--seed") { Description = "Fixes weights, data order and noise." };

var root = new RootCommand("A Diffusion Transformer with registers learns CIFAR-10 by flow matching.") { small, data, folder, steps, perClass, pictures, seed };
root.SetAction((arguments, cancellationToken) =>
{
    var recipe = arguments.GetValue(small) ? Recipe.Small : Recipe.Full;
    var images = Recipe.Images(arguments.GetValue(small) ? null : arguments.GetValue(data));
    recipe = recipe with
    {
        Steps = arguments.GetValue(steps) ?? recipe.Steps,
        PerClass = arguments.GetValue(perClass) ?? recipe.PerClass,
        Distance = recipe.Distance with { Pictures = arguments.GetValue(pictures) ?? recipe.Distance.Pictures },
    };
    return TrainAsync(recipe, images, arguments.GetValue(folder)!, arguments.GetValue(seed), cancellationToken);
});
return await CommandLine.RunAsync(root, args);

static async Task TrainAsync(Recipe recipe, IImageDataset images, string folder, int seed, CancellationToken cancellationToken)
{
    var (network, real) = await FrechetObserver.PrepareAsync(images, seed, cancellationToken);
    manual_seed(seed);
    using var model = new DitModel(recipe.Model).to(Devices.Best);
    await using var loader = new BatchLoader(images, recipe.Batch, seed) { HorizontalFlip = true };
    using var trainer = new DitTrainer(model, Recipe.Objective, recipe.Training(folder, (ulong)seed));
    using var run = new RunObserver(folder, new RunInfo { Title = "CIFAR-10", Model = recipe.Model });
    using var gallery = new Gallery(recipe, model, trainer.EmaModel);
    trainer.Observers.Add(run);
    trainer.Observers.Add(new ProgressObserver(Console.Out));
    trainer.Observers.Add(new SampleObserver(recipe.PreviewEvery, gallery.Grids.Draw, [run], cancellationToken));
    trainer.Observers.Add(new FrechetObserver(recipe, gallery, images, network, real, run, cancellationToken));
    await trainer.FitAsync(loader, recipe.Steps, cancellationToken);
    gallery.Animate(Path.Combine(folder, "denoising"), cancellationToken);
    network.Dispose();
}
