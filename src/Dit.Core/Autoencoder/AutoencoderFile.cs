using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Reads and writes files of an autoencoder's weights.</summary>
internal static class AutoencoderFile
{
    private const string WeightsStem = "diffusion_pytorch_model.";
    private const string WeightsName = WeightsStem + "safetensors";
    private const string ConfigName = "config.json";
    private const string ConfigKey = "dit.autoencoder";

    public static void Save(AutoencoderKL model, string path) =>
        SafeTensors.Save(path, model.state_dict(), new Dictionary<string, string> { ["format"] = "pt", [ConfigKey] = model.Config.ToDiffusers() });

    public static AutoencoderKL Load(string path, AutoencoderConfig? config)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = TensorFile.Open(path);
        var keys = AutoencoderKeys.Canonical(file.Entries.Keys);
        using var skip = new SkipInitialization();
        var model = new AutoencoderKL(config ?? FromMetadata(file) ?? FromFolder(file.Path) ?? FromShapes(file, keys));
        try
        {
            Read(file, keys, model);
            model.eval();
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static AutoencoderConfig? FromMetadata(TensorFile file) =>
        file.Metadata.TryGetValue(ConfigKey, out var json) ? Parse(json, $"'{file.Path}' has an invalid configuration in its metadata") : null;

    private static AutoencoderConfig? FromFolder(string path)
    {
        var config = Path.Combine(Path.GetDirectoryName(path)!, ConfigName);
        return Path.GetFileName(path).StartsWith(WeightsStem, StringComparison.Ordinal) && File.Exists(config) ? Parse(File.ReadAllText(config), $"'{config}' cannot be used") : null;
    }

    private static AutoencoderConfig Parse(string json, string what)
    {
        try
        {
            return AutoencoderConfig.FromDiffusers(json);
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException($"{what}: {e.Message}", e);
        }
    }

    /// <summary>What the tensors' shapes say; they do not say the number of groups and the scaling.</summary>
    private static AutoencoderConfig FromShapes(TensorFile file, Dictionary<string, string> keys)
    {
        IReadOnlyList<long> Shape(string name) => keys.TryGetValue(name, out var key) && file.Entries[key].Shape is { Count: 4 } shape
            ? shape
            : throw new CheckpointException($"'{file.Path}' holds no autoencoder: it has no convolution '{name}'.");
        int Count(Func<int, string> name) => Enumerable.Range(0, keys.Count).TakeWhile(i => keys.ContainsKey(name(i))).Count();

        static string FirstConv(int block) => $"encoder.down_blocks.{block}.resnets.0.conv1.weight";
        var latents = (int)Shape("decoder.conv_in.weight")[1];
        if (latents != new AutoencoderConfig().LatentChannels)
        {
            throw new CheckpointException(
                $"'{file.Path}' has {latents} latent channels and no configuration, so that its scaling is not known. Give one to AutoencoderKL.Load, "
                + $"or put diffusers' {ConfigName} beside the file and name it {WeightsName}.");
        }
        try
        {
            return new AutoencoderConfig
            {
                InChannels = (int)Shape("encoder.conv_in.weight")[1],
                OutChannels = (int)Shape("decoder.conv_out.weight")[0],
                LatentChannels = latents,
                BlockWidths = [.. Enumerable.Range(0, Count(FirstConv)).Select(i => (int)Shape(FirstConv(i))[0])],
                LayersPerBlock = Count(i => $"encoder.down_blocks.0.resnets.{i}.conv1.weight"),
                UseQuantConv = keys.ContainsKey("quant_conv.weight"),
                UsePostQuantConv = keys.ContainsKey("post_quant_conv.weight"),
                MidBlockAttention = keys.ContainsKey("encoder.mid_block.attentions.0.to_q.weight"),
            }.Validate();
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException($"'{file.Path}' has no configuration, and its shapes give none: {e.Message} Give one to AutoencoderKL.Load.", e);
        }
    }

    /// <summary>Reads every tensor of the model; changes none if the file does not fit.</summary>
    private static void Read(TensorFile file, Dictionary<string, string> keys, AutoencoderKL model)
    {
        var targets = model.state_dict();
        var report = new KeyReport(file.Path, "autoencoder");
        report.Missing.AddRange(targets.Keys.Where(name => !keys.ContainsKey(name)));
        report.Unexpected.AddRange(keys.Where(key => !targets.ContainsKey(key.Key)).Select(key => key.Value));
        foreach (var (name, target) in targets)
        {
            if (keys.TryGetValue(name, out var key) && !Fits(file.Entries[key].Shape, target.shape))
                report.Compare(key, file.Entries[key].Shape, target);
        }
        report.ThrowIfAny();
        using var guard = no_grad();
        foreach (var (name, target) in targets)
        {
            using var shaped = target.view([.. file.Entries[keys[name]].Shape]);
            file.ReadInto(keys[name], shaped);
        }
    }

    /// <summary>Whether a tensor fits; the matrices of the attention are 1 x 1 convolutions in older files.</summary>
    private static bool Fits(IReadOnlyList<long> file, long[] model) => file.SequenceEqual(model) || (model.Length == 2 && file.SequenceEqual([.. model, 1, 1]));
}
