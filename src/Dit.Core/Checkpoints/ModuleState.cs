using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Puts named tensors into files and back, all of them or none.</summary>
internal static class ModuleState
{
    private const string ConfigKey = "dit.config";
    private const int NamesShown = 3;

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
        string[] missing = [.. targets.Keys.Where(name => !file.Entries.ContainsKey(name))];
        string[] unexpected = [.. file.Entries.Keys.Where(name => !targets.ContainsKey(name))];
        string[] misshapen =
        [
            .. from target in targets
               where file.Entries.TryGetValue(target.Key, out var entry) && !target.Value.shape.SequenceEqual(entry.Shape)
               select $"{target.Key}: file [{string.Join(", ", file.Entries[target.Key].Shape)}], model {ModelInputs.Shape(target.Value)}",
        ];
        if (missing.Length + unexpected.Length + misshapen.Length > 0)
        {
            throw new CheckpointException(
                $"'{file.Path}' does not fit the model: {Count(missing, "missing")}, {Count(unexpected, "unexpected")}, "
                + $"{Count(misshapen, "misshapen")}.{Difference(file, config)}");
        }
        foreach (var (name, target) in targets)
            file.ReadInto(name, target);
    }

    private static string Count(string[] names, string what)
    {
        if (names.Length == 0)
            return $"0 {what}";
        var shown = string.Join(", ", names.Take(NamesShown));
        return $"{names.Length} {what} ({shown}{(names.Length > NamesShown ? ", ..." : "")})";
    }

    private static string Difference(TensorFile file, DitConfig? config)
    {
        if (config is null || Config(file) is not { } theirs || theirs.DifferencesTo(config) is not { Count: > 0 } differences)
            return "";
        return $" The file's configuration against the model's: {string.Join("; ", differences)}.";
    }
}
