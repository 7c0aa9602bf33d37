using System.CommandLine;
using Dit.Core;
using Dit.Samples;
using Dit.Samples.CelebA;

var small = new Option<bool>("--small") { Description = "Emoji of 32 x 32 pixels instead of faces: minutes on a processor." };
var data = new Option<string>("--data") { Description = "CelebA's folder, with img_align_celeba and list_attr_celeba.txt.", DefaultValueFactory = _ => "celeba" };
var folder = new Option<string>("--out") { Description = "Folder of the run. A second start goes on with it.", DefaultValueFactory = _ => Path.Combine("runs", "celeba") };
var block = new Option<BlockType>("--block") { Description = "Which of the paper's blocks.", DefaultValueFactory = _ => BlockType.AdaLNZero };
var steps = new Option<long?>("--steps") { Description = "Training steps in all, if not the recipe's." };
var seed = new Option<int>("--seed") { Description = "Fixes weights, data order and noise." };
var labels = new Option<string[]>("--labels")
{
    Description = "What to draw, such as: --labels female male male", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => Recipe.Classes,
};
labels.AcceptOnlyFromAmong(Recipe.Classes);
var ema = new Option<bool>("--ema") { Description = "Draw with the averaged weights." };

Recipe RecipeOf(ParseResult arguments)
{
    var recipe = arguments.GetValue(small) ? Recipe.Small : Recipe.Full;
    return recipe with { Model = recipe.Model with { Block = arguments.GetValue(block) }, Steps = arguments.GetValue(steps) ?? recipe.Steps };
}

string? DataOf(ParseResult arguments) => arguments.GetValue(small) ? null : arguments.GetValue(data);

var train = new Command("train", "Trains the model, with a picture and a frame of the progress animation now and then.") { small, data, folder, block, steps, seed };
train.SetAction((arguments, cancellationToken) => Faces.TrainAsync(
    RecipeOf(arguments), DataOf(arguments), arguments.GetValue(folder)!, arguments.GetValue(seed), cancellationToken));
var find = new Command("lr-find", "Trains while the learning rate rises, and draws the loss over it.") { small, data, folder, block, steps, seed };
find.SetAction((arguments, cancellationToken) => Faces.FindLearningRateAsync(
    RecipeOf(arguments), DataOf(arguments), arguments.GetValue(folder)!, arguments.GetValue(seed), cancellationToken));
var generate = new Command("generate", "Draws one picture for each label with the newest checkpoint.") { small, folder, labels, ema, seed };
generate.SetAction(arguments => Faces.Generate(RecipeOf(arguments), arguments.GetValue(folder)!, arguments.GetValue(labels)!, arguments.GetValue(ema), arguments.GetValue(seed)));

var root = new RootCommand("Female and male faces: a Diffusion Transformer on the pixels of CelebA.") { train, find, generate };
return await CommandLine.RunAsync(root, args);
