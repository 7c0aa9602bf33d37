using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dit.Core;
using Dit.Torch;

namespace Dit.Cli;

/// <summary>The options of the shell that are values of the configuration.</summary>
internal sealed class ConfigOptions
{
    private readonly List<(Option Option, string Path, Func<ParseResult, JsonNode?> Value)> _options = [];
    private readonly Command _command;

    private ConfigOptions(Command command) => _command = command;

    /// <summary>Those that say what is trained, how and for how long.</summary>
    public static ConfigOptions ForTraining(Command command)
    {
        var options = ForSteps(command);
        options.Add<long>("--steps", "training.steps", "Training steps in all.");
        options.Add<double>("--learning-rate", "training.learningRate", "Learning rate after the warm-up.");
        options.Add<long>("--warmup", "training.warmup", "Steps over which the learning rate rises.");
        options.Add<bool>("--cosine", "training.cosine", "Let the learning rate fall along half a cosine.");
        options.Add<double>("--ema-decay", "training.emaDecay", "Decay of the averaged weights per step.");
        options.Add<long>("--checkpoint-every", "training.checkpointEvery", "Steps from one checkpoint to the next.");
        options.Add<long>("--sample-every", "training.sampleEvery", "Steps from one sheet of samples to the next; 0 for none.");
        return options;
    }

    /// <summary>Those that say what is trained, and what a step of it is.</summary>
    public static ConfigOptions ForSteps(Command command)
    {
        var options = ForImages(command, new Option<string?>("--data") { Description = "The training images: a folder, a manifest, or the files of a known data set." });
        options.Add<string?>("--vae", "vae", "Autoencoder whose latents the model is of: a file, a folder or the name of a download.");
        options.ForModel();
        options.Add<ObjectiveKind>("--objective", "objective", "What the model learns.");
        options.Add<int>("--batch", "training.batch", "Images in a step.");
        options.Add<OptimizerKind>("--optimizer", "training.optimizer", "The optimizer.");
        options.Add<int>("--accumulation", "training.accumulation", "Parts of a batch whose gradients are added up, to save memory.");
        options.Add<bool>("--activation-checkpointing", "training.activationCheckpointing", "Save memory for a third more time.");
        options.Add<Precision>("--precision", "training.precision", "Arithmetic of the products.");
        options.Add<int>("--seed", "training.seed", "Fixes weights, data order and noise.");
        return options;
    }

    /// <summary>Those that say what images are.</summary>
    public static ConfigOptions ForImages(Command command, Option<string?> path)
    {
        var options = new ConfigOptions(command);
        command.Options.Add(path);
        options._options.Add((path, "data.path", parsed => Path.GetFullPath(parsed.GetValue(path)!)));
        options.AddImageValues();
        return options;
    }

    /// <summary>Those that say what images are, whose place is an argument.</summary>
    public static ConfigOptions ForImages(Command command)
    {
        var options = new ConfigOptions(command);
        options.AddImageValues();
        return options;
    }

    /// <summary>What was given, as JSON.</summary>
    public JsonObject Given(ParseResult parsed)
    {
        var json = new JsonObject();
        foreach (var (option, path, value) in _options)
        {
            if (parsed.GetResult(option) is not { Implicit: false }) continue;
            var (section, name) = path.Split('.') is [var first, var second] ? ((JsonObject)(json[first] ??= new JsonObject()), second) : (json, path);
            section[name] = value(parsed);
        }
        return json;
    }

    private void AddImageValues()
    {
        Add<DataKind>("--kind", "data.kind", "What the images lie in. Default: what it looks like.");
        Add<int>("--size", "data.size", "Side of the images in pixels. Default: 64 for files.");
        Add<int>("--channels", "data.channels", "1 for grey, 3 for colour.");
        Add<string?>("--label", "data.label", "A manifest's column with the class, or CelebA's attribute that makes two classes.");
        Add<string[]?>("--classes", "data.classes", "The classes' names in the order of their numbers, such as female male for CelebA's Male.");
        Add<string[]?>("--attributes", "data.attributes", "Attributes that are the condition together: CelebA's by name, or all, or a manifest's columns.");
        Add<bool>("--flip", "data.flip", "Mirror one image in two.");
        Add<int>("--workers", "data.workers", "Threads that read images.");
        Add<Data.BadImagePolicy>("--on-bad-image", "data.onBadImage", "What happens when an image cannot be read.");
    }

    private void ForModel()
    {
        Add<string?>("--preset", "model.preset", "The model, such as DiT-S/4 (the default), DiT-B/2 or DiT-XL/2.");
        Add<int>("--patch-size", "model.patchSize", "Side of a patch.");
        Add<int>("--width", "model.width", "Width of a token.");
        Add<int>("--depth", "model.depth", "Number of blocks.");
        Add<int>("--heads", "model.heads", "Attention heads.");
        Add<ConditionType>("--condition", "model.condition", "What attributes are to the model: Attributes from 0 to 1 (the default) or a Vector.");
    }

    private void Add<T>(string name, string path, string description)
    {
        var option = new Option<T>(name) { Description = description, AllowMultipleArgumentsPerToken = typeof(T) == typeof(string[]) };
        _command.Options.Add(option);
        _options.Add((option, path, parsed => JsonSerializer.SerializeToNode(parsed.GetValue(option), ConfigJson.Options)));
    }
}
