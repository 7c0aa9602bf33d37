using System.Text.Json;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>A safetensors file in several parts, with an index (<c>*.safetensors.index.json</c>) that says which tensor is in which.</summary>
internal sealed class ShardedFile : TensorFile
{
    private const long LongestIndex = 16L << 20;

    private readonly Dictionary<string, SafeTensorsFile> _shards = [];
    private readonly Dictionary<string, SafeTensorsFile> _homes = [];
    private readonly Dictionary<string, TensorEntry> _entries = [];

    private ShardedFile(string path) : base(path)
    {
    }

    public override IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    public static new ShardedFile Open(string path)
    {
        var file = new ShardedFile(path);
        try
        {
            file.ReadIndex();
            return file;
        }
        catch (JsonException e)
        {
            file.Dispose();
            throw new CheckpointException($"'{path}' is damaged: it is no valid JSON: {e.Message}", e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var shard in _shards.Values)
            shard.Dispose();
    }

    private protected override void Fill(TensorEntry entry, Tensor target) => _homes[entry.Name].FillFrom(entry, target);

    private void ReadIndex()
    {
        var length = new FileInfo(Path).Length;
        if (length > LongestIndex)
            throw Damaged($"it has {length} bytes; an index has at most {LongestIndex}");
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path), new JsonDocumentOptions { AllowDuplicateProperties = false });
        if (!json.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
            throw Damaged("it has no \"weight_map\", so it is no index of a sharded safetensors file");
        foreach (var property in map.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
                throw Damaged($"the shard of '{property.Name}' is a {property.Value.ValueKind} instead of a name");
            var shard = Shard(property.Value.GetString()!);
            if (!shard.Entries.TryGetValue(property.Name, out var entry))
                throw Damaged($"it places '{property.Name}' in '{shard.Path}', which has no such tensor");
            _homes.Add(property.Name, shard);
            _entries.Add(property.Name, entry);
        }
    }

    private SafeTensorsFile Shard(string name)
    {
        if (_shards.TryGetValue(name, out var shard))
            return shard;
        if (name != System.IO.Path.GetFileName(name) || name is "" or "." or "..")
            throw Damaged($"'{name}' is no name of a file beside it");
        var path = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path) ?? "", name);
        if (!File.Exists(path))
            throw new CheckpointException($"'{path}', a part of '{Path}', is missing.");
        shard = SafeTensorsFile.Open(path);
        _shards.Add(name, shard);
        return shard;
    }

    private CheckpointException Damaged(string problem) => new($"'{Path}' is damaged: {problem}.");
}
