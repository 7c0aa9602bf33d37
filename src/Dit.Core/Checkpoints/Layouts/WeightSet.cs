namespace Dit.Core;

/// <summary>The weights of one model in a file that may hold several: which tensors they are, under the names that the model gave them.</summary>
internal sealed class WeightSet
{
    /// <summary>Where averaged weights come in known files; then the plain ones; then files of nothing else.</summary>
    private static readonly string[] Groups = ["ema.", "ema_state.", "model.", "model_state.", "state_dict.", ""];

    /// <summary>What wrappers of PyTorch (DistributedDataParallel, compile) put before names.</summary>
    private static readonly string[] Wrappers = ["module.", "_orig_mod."];

    private readonly TensorFile _file;
    private readonly Dictionary<string, string> _keys;

    private WeightSet(TensorFile file, string group, Dictionary<string, string> keys) => (_file, Group, _keys) = (file, group, keys);

    /// <value>The file's path.</value>
    public string Path => _file.Path;

    /// <value>Where in the file they are, such as <c>ema</c>; empty if it holds nothing else.</value>
    public string Group { get; }

    /// <value>The tensors' names.</value>
    public IReadOnlyCollection<string> Names => _keys.Keys;

    /// <summary>The best weights of a file: averaged ones, if it has them.</summary>
    public static WeightSet Of(TensorFile file)
    {
        var group = Array.Find(Groups, g => file.Entries.Keys.Any(key => key.Length > g.Length && key.StartsWith(g, StringComparison.Ordinal)))!;
        var keys = Under(file, group);
        if (IsFlattened(keys))
            keys = Unflattened(keys, plain: Under(file, "model."));
        while (Array.Find(Wrappers, w => keys.Count > 0 && keys.Keys.All(key => key.StartsWith(w, StringComparison.Ordinal))) is { } wrapper)
            keys = keys.ToDictionary(key => key.Key[wrapper.Length..], key => key.Value);
        return new(file, group.TrimEnd('.'), keys);
    }

    public bool Has(string name) => _keys.ContainsKey(name);

    /// <summary>The shape of a tensor.</summary>
    /// <exception cref="CheckpointException">There is none of this name.</exception>
    public IReadOnlyList<long> Shape(string name) => _keys.TryGetValue(name, out var key)
        ? _file.Entries[key].Shape
        : throw new CheckpointException($"'{Path}' has no tensor '{name}', which tells the model's size.");

    /// <summary>How many names a numbered pattern such as <c>blocks.{0}.attn.qkv.weight</c> has, counted from 0.</summary>
    public int Count(string pattern)
    {
        var count = 0;
        while (Has(string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, count)))
            count++;
        return count;
    }

    public TorchSharp.torch.Tensor Read(string name) => _file.Read(_keys[name]);

    public void ReadInto(string name, TorchSharp.torch.Tensor target) => _file.ReadInto(_keys[name], target);

    private static Dictionary<string, string> Under(TensorFile file, string group) => file.Entries.Keys
        .Where(key => key.StartsWith(group, StringComparison.Ordinal)).ToDictionary(key => key[group.Length..]);

    /// <summary>LitEma names each average like its weight, but without dots, and has none of what is not trained.</summary>
    private static bool IsFlattened(Dictionary<string, string> keys) => keys.ContainsKey("num_updates") && keys.ContainsKey("decay");

    private static Dictionary<string, string> Unflattened(Dictionary<string, string> averages, Dictionary<string, string> plain) =>
        plain.ToDictionary(key => key.Key, key => averages.GetValueOrDefault(key.Key.Replace(".", "", StringComparison.Ordinal), key.Value));
}
