using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Puts named tensors into files and back, all of them or none.</summary>
internal static class ModuleState
{
    private const string ConfigKey = "dit.config";

    /// <summary>The metadata of a file of weights: the configuration, so that the file can be loaded on its own.</summary>
    public static Dictionary<string, string> Metadata(DitConfig config) => new() { ["format"] = "pt", [ConfigKey] = config.ToJson() };

    /// <summary>The configuration in a file's metadata.</summary>
    /// <exception cref="CheckpointException">The configuration in it is not valid.</exception>
    public static DitConfig? Config(TensorFile file)
    {
        if (!file.Metadata.TryGetValue(ConfigKey, out var json))
            return null;
        try
        {
            return DitConfig.FromJson(json);
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException($"'{file.Path}' has an invalid model configuration in its metadata: {e.Message}", e);
        }
    }

    /// <summary>Reads every tensor of <paramref name="targets"/> from the file; changes none of them if the file does not fit.</summary>
    /// <exception cref="CheckpointException">Keys or shapes differ.</exception>
    public static void Load(TensorFile file, IReadOnlyDictionary<string, Tensor> targets, DitConfig? config = null)
    {
        Check(file, targets, config);
        foreach (var (name, target) in targets)
            file.ReadInto(name, target);
    }

    /// <summary>Sees to it that <see cref="Load"/> will succeed.</summary>
    /// <exception cref="CheckpointException">Keys or shapes differ.</exception>
    public static void Check(TensorFile file, IReadOnlyDictionary<string, Tensor> targets, DitConfig? config = null)
    {
        var report = new KeyReport(file.Path);
        report.Missing.AddRange(targets.Keys.Where(name => !file.Entries.ContainsKey(name)));
        report.Unexpected.AddRange(file.Entries.Keys.Where(name => !targets.ContainsKey(name)));
        foreach (var (name, target) in targets)
        {
            if (file.Entries.TryGetValue(name, out var entry))
                report.Compare(name, entry.Shape, target);
        }
        report.ThrowIfAny(Difference(file, config));
    }

    /// <summary>A checksum of a module's weights and their names: 16 hexadecimal digits of SHA-256.</summary>
    public static string Checksum(TorchSharp.torch.nn.Module module)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, tensor) in module.state_dict().OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            TensorBytes.ForEachSpan(tensor.detach().cpu().contiguous(), bytes => hash.AppendData(bytes));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    private static string Difference(TensorFile file, DitConfig? config)
    {
        if (config is null || Config(file) is not { } theirs || theirs.DifferencesTo(config) is not { Count: > 0 } differences)
            return "";
        return $" The file's configuration against the model's: {string.Join("; ", differences)}.";
    }
}
