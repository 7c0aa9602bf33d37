using Dit.Core;
using Dit.Data;

namespace Dit.Cli;

/// <summary>A cache of latents.</summary>
internal sealed class TrainingLatents : TrainingData
{
    private readonly DataConfig _config;
    private readonly LatentCache _cache;

    private TrainingLatents(DataConfig config, LatentCache cache) => (_config, _cache) = (config, cache);

    public LatentCache Cache => _cache;

    public static TrainingLatents Open(DataConfig config)
    {
        if (config.Size is not null || config.Channels is not null) throw new UsageException("Latents have the size that their cache was made for: leave out --size and --channels.");
        var cache = new LatentCache(config.Path);
        if (config is { Label: not null } or { Classes: not null } || (config.Attributes is { } names && !names.SequenceEqual(cache.AttributeNames)))
        {
            cache.Dispose();
            throw new UsageException("Latents have the classes and attributes that their cache was made with: leave out --label, --classes and --attributes.");
        }
        return new(config, cache)
        {
            Kind = DataKind.Latents, Size = ((int)cache.LatentShape[1], (int)cache.LatentShape[2]), Channels = (int)cache.LatentShape[0], Count = cache.Count,
            ClassNames = cache.ClassNames, AttributeNames = cache.AttributeNames, Condition = cache.Attributes > 0 ? ConditionType.Attributes : ConditionType.Classes,
            Classes = cache.Attributes > 0 ? (int)cache.Attributes
                : cache.ClassNames.Count > 0 ? cache.ClassNames.Count : cache.Labels is { Count: > 0 } labels ? 1 + (int)labels.Max() : 0,
        };
    }

    public override BatchLoader Load(int batch, int seed) =>
        new(_cache, batch, seed) { HorizontalFlip = _config.Flip, Workers = _config.Workers ?? Environment.ProcessorCount };

    public override void Dispose() => _cache.Dispose();
}
