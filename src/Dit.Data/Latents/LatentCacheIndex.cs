using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>What all shards of a cache have in common: what is in them, and what it was made of. Every process that makes the cache writes the same bytes.</summary>
internal sealed record LatentCacheIndex
{
    public const string FileName = "cache.json";
    public const int CurrentFormat = 1;

    private static readonly JsonSerializerOptions Readable = new(LatentCacheJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public int Format { get; init; } = CurrentFormat;

    public required int Images { get; init; }

    public required int ShardImages { get; init; }

    public required LatentContent Content { get; init; }

    public required bool HorizontalFlip { get; init; }

    public required ScalarType Type { get; init; }

    /// <summary>Shape of an image's latents, C, h, w.</summary>
    public required long[] Latents { get; init; }

    public required bool Labels { get; init; }

    /// <summary>Attributes of an image; 0 for none.</summary>
    public required long Attributes { get; init; }

    public required IReadOnlyList<string> ClassNames { get; init; }

    public required IReadOnlyList<string> AttributeNames { get; init; }

    /// <summary>The encoder of the features; null for none.</summary>
    public required string? Features { get; init; }

    /// <summary>Shape of an image's features, T, F.</summary>
    public required long[]? FeatureShape { get; init; }

    public required string Codec { get; init; }

    public required string? Crop { get; init; }

    public required long Seed { get; init; }

    public required string Dataset { get; init; }

    /// <summary>Whether images that could not be read were left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public BadImagePolicy OnBadImage { get; init; }

    [JsonIgnore]
    public int Shards => (Images + ShardImages - 1) / ShardImages;

    /// <summary>The tensors of a shard.</summary>
    [JsonIgnore]
    public IEnumerable<ShardTensor> Tensors
    {
        get
        {
            foreach (var suffix in HorizontalFlip ? new[] { "", ShardTensor.Mirrored } : [""])
            {
                foreach (var name in Content == LatentContent.Moments ? [ShardTensor.Mean, ShardTensor.Deviation] : new[] { ShardTensor.Latents })
                    yield return new ShardTensor(name + suffix, Type, Latents);
                if (FeatureShape is not null) yield return new ShardTensor(ShardTensor.Features + suffix, Type, FeatureShape);
            }
            if (Attributes > 0) yield return new ShardTensor(ShardTensor.Attributes, ScalarType.Float32, Attributes);
            else if (Labels) yield return new ShardTensor(ShardTensor.Labels, ScalarType.Int64);
        }
    }

    /// <summary>The images of a shard.</summary>
    public (int First, int Count) Shard(int number) => (number * ShardImages, Math.Min(ShardImages, Images - number * ShardImages));

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, (System.Text.Json.Serialization.Metadata.JsonTypeInfo<LatentCacheIndex>)Readable.GetTypeInfo(typeof(LatentCacheIndex)));

    /// <summary>Names an index's bytes in every shard, so that shards of different caches are not mixed.</summary>
    public static string Checksum(ReadOnlySpan<byte> json) => Convert.ToHexStringLower(SHA256.HashData(json));

    /// <summary>Reads the index of a folder.</summary>
    /// <exception cref="FileNotFoundException">The folder has none.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static LatentCacheIndex Load(string folder, out string checksum)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new FileNotFoundException($"'{folder}' is no cache of latents: it has no {FileName}. LatentCache.BuildAsync makes one.", path);
        var bytes = File.ReadAllBytes(path);
        checksum = Checksum(bytes);
        try
        {
            var index = JsonSerializer.Deserialize(bytes, LatentCacheJson.Default.LatentCacheIndex);
            if (index is not { Format: CurrentFormat })
                throw new InvalidDataException($"'{path}' is of format {index?.Format}; this version reads {CurrentFormat}.");
            if (index.Images <= 0 || index.ShardImages <= 0 || index.Latents is not [> 0, > 0, > 0] || !SafeTensorsDtype.Names.Contains(SafeTensorsDtype.NameOf(index.Type), StringComparison.Ordinal))
                throw new InvalidDataException($"'{path}' is damaged: its numbers are out of range.");
            return index;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"'{path}' is damaged: {e.Message}", e);
        }
    }

    /// <summary>Puts the index into a folder, or sees to it that the one that is there says the same.</summary>
    /// <exception cref="InvalidOperationException">The folder holds another cache.</exception>
    public static string WriteOrCompare(string folder, LatentCacheIndex index)
    {
        var path = Path.Combine(folder, FileName);
        var json = index.ToJson();
        if (!File.Exists(path)) AtomicFile.Write(path, json);
        else if (Load(folder, out var checksum) is var there && checksum != Checksum(json))
            throw new InvalidOperationException(
                $"'{folder}' holds another cache: {string.Join("; ", Differences(there, index))} (there against here). "
                + "Choose another folder, or delete this one.");
        return Checksum(json);
    }

    /// <summary>The fields that differ.</summary>
    public static IEnumerable<string> Differences(LatentCacheIndex there, LatentCacheIndex here)
    {
        using var a = JsonDocument.Parse(there.ToJson());
        using var b = JsonDocument.Parse(here.ToJson());
        foreach (var property in a.RootElement.EnumerateObject())
        {
            var other = b.RootElement.TryGetProperty(property.Name, out var value) ? value.GetRawText() : "none";
            if (other == "none" || !JsonElement.DeepEquals(property.Value, value)) yield return $"{property.Name} {property.Value.GetRawText()} against {other}";
        }
        foreach (var property in b.RootElement.EnumerateObject().Where(p => !a.RootElement.TryGetProperty(p.Name, out _)))
            yield return $"{property.Name} none against {property.Value.GetRawText()}";
    }
}
