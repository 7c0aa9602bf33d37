using System.CommandLine;
using Dit.Samples;
using Dit.Samples.Mnist;
using Dit.Torch;

var defaults = new DemoOptions();
var data = Option("--data", defaults.Data, "Folder with the four MNIST files (IDX, plain or gzip).");
var folder = Option("--out", defaults.Out, "Folder of this run: checkpoints, pictures and the generated digits. A second start goes on with it.");
var steps = Option("--steps", defaults.Steps, "Training steps in all.");
var batch = Option("--batch", defaults.Batch, "Images in a step.");
var learningRate = Option("--learning-rate", defaults.LearningRate, "Learning rate of AdamW.");
var guidance = Option("--guidance", defaults.Guidance, "How strongly the digits follow their labels; 1 is no guidance.");
var samplerSteps = Option("--sampler-steps", defaults.SamplerSteps, "Steps from noise to a digit.");
var perClass = Option("--per-class", defaults.PerClass, "Digits to generate of each class.");
var precision = Option("--precision", defaults.Precision, "Arithmetic of the training's products: Auto, Float32 or BFloat16.");
var seed = Option("--seed", defaults.Seed, "Fixes weights, data order and noise.");
var threads = Option("--threads", 0, "Threads of libtorch; 0 leaves the choice to it.");
var compare = Option("--compare-samplers", false, "Instead of drawing 1,000 digits, draw as many with every sampler at this guidance and write samplers.md.");
var info = Option("--info", false, "Say what computes (engine, libtorch, BLAS, instruction set, threads) and stop.");

var command = new RootCommand("Trains a Diffusion Transformer on handwritten digits, draws 1,000 new ones and has a classifier read them.")
{
    data, folder, steps, batch, learningRate, guidance, samplerSteps, perClass, precision, seed, threads, compare, info,
};
command.SetAction(async (arguments, cancellationToken) =>
{
    if (arguments.GetValue(threads) is > 0 and var count) Engine.Threads = count;
    if (arguments.GetValue(info))
    {
        Console.WriteLine(Engine.Describe());
        return 0;
    }

    var options = new DemoOptions
    {
        Data = arguments.GetValue(data)!,
        Out = arguments.GetValue(folder)!,
        Steps = arguments.GetValue(steps),
        Batch = arguments.GetValue(batch),
        LearningRate = arguments.GetValue(learningRate),
        Guidance = arguments.GetValue(guidance),
        SamplerSteps = arguments.GetValue(samplerSteps),
        PerClass = arguments.GetValue(perClass),
        CompareSamplers = arguments.GetValue(compare),
        Precision = arguments.GetValue(precision),
        Seed = arguments.GetValue(seed),
    };
    await Demo.RunAsync(options, cancellationToken);
    return 0;
});

return await CommandLine.RunAsync(command, args);

static Option<T> Option<T>(string name, T value, string description) => new(name) { DefaultValueFactory = _ => value, Description = description };
