using System.CommandLine;

namespace Dit.Cli;

/// <summary>The options of the commands that draw.</summary>
internal sealed class DrawingOptions
{
    private readonly Option<string?> _checkpoint = new("--checkpoint", "-c")
    {
        Description = "A run's folder, a checkpoint, a file of weights or the name of a download. Default: the newest run below runs.",
    };

    private readonly Option<string[]> _labels = new("--labels", "-l")
    {
        Description = "Classes by name or number, one image each, or attributes, as in Male+Smiling; none is without any. Default: each in turn.",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _conditions = new("--conditions")
    {
        Description = "For a model of vectors, tokens or attributes: a file with those of each image, .safetensors, .pt, .npy or .csv.",
    };

    private readonly Option<int?> _count;
    private readonly Option<int> _batch = new("--batch") { Description = "Images that are drawn at the same time.", DefaultValueFactory = _ => 16 };
    private readonly Option<int> _seed = new("--seed") { Description = "The seed of the first image; the next has the next.", DefaultValueFactory = _ => 0 };
    private readonly Option<int?> _steps = new("--steps") { Description = "Steps from noise to an image. Default: what the run says, else 20." };
    private readonly Option<double?> _guidance = new("--guidance") { Description = "How strongly images follow their labels; 1 is no guidance." };
    private readonly Option<SamplerKind?> _sampler = new("--sampler") { Description = "The method. Default: what the run says, else DpmSolver." };
    private readonly Option<bool> _ema = new("--ema") { Description = "Use the averaged weights of a run; --ema false for those of the last step.", DefaultValueFactory = _ => true };
    private readonly Option<string?> _vae = new("--vae") { Description = "The autoencoder of a model of latents. Default: what the run says." };
    private readonly Option<ObjectiveKind?> _objective = new("--objective") { Description = "What a file of weights was trained with, where that is not seen." };
    private readonly (Option<string?>, Option<int>) _devices;

    public DrawingOptions(Command command, string countHelp)
    {
        _count = new("--count", "-n") { Description = countHelp };
        foreach (var option in new Option[] { _checkpoint, _labels, _conditions, _count, _batch, _seed, _steps, _guidance, _sampler, _ema, _vae, _objective })
            command.Options.Add(option);
        _devices = Devices.Options(command);
    }

    /// <summary>Loads the model and says how and what to draw.</summary>
    public Drawing Open(ParseResult parsed, Shell shell)
    {
        var device = _devices.Choose(parsed);
        var batch = parsed.GetValue(_batch);
        if (batch < 1) throw new UsageException($"--batch is {batch}; it must be positive.");
        if (parsed.GetValue(_count) is < 1 and var few) throw new UsageException($"--count is {few}; it must be positive.");
        var name = parsed.GetValue(_checkpoint) ?? RunFolder.Newest("runs");
        var saved = SavedModel.Load(name, parsed.GetValue(_ema), device);
        try
        {
            shell.Note($"draws with {saved.Model.Origin}");
            var codec = Codec.Load(parsed.GetValue(_vae) ?? saved.Config?.Vae, device);
            if (codec is null && saved.Model.Config.Channels is not (1 or 3))
                throw new UsageException($"The model draws {saved.Model.Config.Channels} channels, which are latents: say whose with --vae, such as --vae sd-vae-ft-ema.");
            var config = saved.Config?.Sampling ?? new SamplingConfig();
            config = config with
            {
                Steps = parsed.GetValue(_steps) ?? config.Steps,
                Guidance = parsed.GetValue(_guidance) ?? config.Guidance,
                Sampler = parsed.GetValue(_sampler) ?? config.Sampler,
            };
            var artist = new Artist(saved.Model, (parsed.GetValue(_objective) ?? saved.Objective).Create(), codec, config);
            return new Drawing(saved, codec, artist, Wanted(parsed, saved), parsed.GetValue(_count), batch, parsed.GetValue(_seed));
        }
        catch
        {
            saved.Dispose();
            throw;
        }
    }

    /// <summary>The conditions that were asked for; null for none in particular.</summary>
    private Conditions? Wanted(ParseResult parsed, SavedModel saved)
    {
        var (words, file, model) = (parsed.GetValue(_labels) ?? [], parsed.GetValue(_conditions), saved.Model.Config);
        if (words.Length > 0 && file is not null) throw new UsageException("Give either --labels or --conditions.");
        if (file is not null) return ConditionFile.Read(file, model);
        return words.Length > 0 ? ConditionNames.Find(words, saved.Names, model) : null;
    }
}
