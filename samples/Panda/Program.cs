using System.CommandLine;
using Dit.Core;
using Dit.Samples;
using Dit.Samples.Panda;
using TorchSharp;
using static TorchSharp.torch;

var small = new Option<bool>("--small") { Description = "64 x 64 pixels and a higher learning rate: minutes on a processor." };
var data = new Option<string?>("--data") { Description = "A folder with photographs. Default: fruit and flowers, fetched from Debian." };
var folder = new Option<string>("--out") { Description = "Folder of the run. A second start goes on with it.", DefaultValueFactory = _ => Path.Combine("runs", "panda") };
var steps = new Option<long?>("--steps") { Description = "Training steps in all, if not the recipe's." };
var seed = new Option<int>("--seed") { Description = "Fixes weights, data order and noise." };

var root = new RootCommand("The panda DiT: a small transformer on the pixels of your photographs.") { small, data, folder, steps, seed };
root.SetAction(async (arguments, cancellationToken) =>
{
    var recipe = arguments.GetValue(small) ? Recipe.Small : Recipe.Full;
    if (arguments.GetValue(steps) is { } length) recipe = recipe with { Length = TrainingLength.Steps(length) };
    var photographs = arguments.GetValue(data) ?? await Stamps.FetchAsync(arguments.GetValue(folder)!, cancellationToken);
    await TrainAsync(recipe, photographs, arguments.GetValue(folder)!, arguments.GetValue(seed), cancellationToken);
});
return await CommandLine.RunAsync(root, args);

static async Task TrainAsync(Recipe recipe, string photographs, string folder, int seed, CancellationToken cancellationToken)
{
    manual_seed(seed);
    using var model = new DitModel(recipe.Model).to(Devices.Best);
    await using var loader = recipe.Loader(photographs, seed);
    await using var fixedOnes = recipe.Loader(photographs, seed);
    using var trainer = new DitTrainer(model, Recipe.Objective, recipe.Training(folder, (ulong)seed));
    using var run = new RunObserver(folder, new RunInfo { Title = "Panda", Model = recipe.Model });
    var predictions = new HeldOutLoss(Recipe.Objective, [await fixedOnes.FirstAsync(cancellationToken)]);
    trainer.Observers.Add(run);                                                             // loss by step and epoch, the graph, the report
    trainer.Observers.Add(new ProgressObserver(Console.Out));
    trainer.Observers.Add(new HeldOutObserver(100, predictions, [("raw", model)], run));    // distributions of predictions and targets
    trainer.Observers.Add(new SampleObserver(recipe.PreviewEvery, (_, token) => Pictures.Draw(recipe, trainer.EmaModel, token), [run], cancellationToken));
    await trainer.FitAsync(loader, recipe.Length, cancellationToken);
    Pictures.Animate(recipe, trainer.EmaModel, Path.Combine(folder, "denoising.gif"), cancellationToken);
}
