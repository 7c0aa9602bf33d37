using System.Security.Cryptography;
using System.Text;
using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>Makes the shards of a cache that are this process's and not there yet.</summary>
internal sealed class LatentCacheBuilder(IImageDataset dataset, ILatentCodec codec, string folder, LatentCacheOptions options, IProgress<LatentCacheProgress>? progress)
{
    private const int Attempts = 100;           // to find an image that can be read; if all are bad, so is the data set

    private readonly Lazy<string> _prefix = new(() => CommonPrefix(dataset));
    private readonly List<BadImage> _bad = [];
    private LabeledImage? _standIn;

    public void Run(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var index = Describe(cancellationToken);
        var checksum = LatentCacheIndex.WriteOrCompare(folder, index);
        foreach (var leftover in ShardFile.Leftovers(folder, IsOurs)) File.Delete(leftover);

        int[] ours = [.. Enumerable.Range(0, index.Shards).Where(IsOurs)];
        var there = ShardFile.All(folder);
        int[] pending = [.. ours.Where(s => !there.Contains(s))];
        var total = ours.Sum(s => index.Shard(s).Count);
        var done = total - pending.Sum(s => index.Shard(s).Count);
        progress?.Report(new LatentCacheProgress(done, total));
        if (pending.Length == 0) return;

        var images = new CacheImages(dataset, [.. pending.Select(index.Shard)], options, _standIn);
        using var loader = Loader(images, options.BatchSize, options.Workers);
        using var batches = loader.ToBlockingEnumerable(cancellationToken).GetEnumerator();
        foreach (var number in pending)
        {
            using var shard = new LatentShardWriter(index, number);
            while (!shard.IsFull)
            {
                batches.MoveNext();                 // a shard is whole batches, but for the last of the data set
                var bad = images.BadOf(index.Shard(number).First + shard.Filled, (int)batches.Current.Count);
                _bad.AddRange(bad);
                Encode(batches.Current, shard, index.Shard(number).First, bad);
                done += (int)batches.Current.Count;
                progress?.Report(new LatentCacheProgress(done, total) { BadImages = _bad.Count == 0 ? [] : [.. _bad] });
            }
            cancellationToken.ThrowIfCancellationRequested();
            shard.Write(folder, checksum);
        }
    }

    private bool IsOurs(int shard) => shard % options.Ranks == options.Rank;

    private BatchLoader Loader(CacheImages images, int batchSize, int workers, bool disposeBatches = true) =>
        new(images, batchSize, seed: 0) { Shuffle = false, DropLast = false, Workers = workers, Device = options.Device, DisposeBatches = disposeBatches };

    private void Encode(Batch batch, LatentShardWriter shard, int firstOfShard, BadImage[] bad)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var count = (int)batch.Count;
        using var random = new Generator(SplitMix64.Mix((ulong)options.Seed, (ulong)(firstOfShard + shard.Filled)), options.Device);
        var parts = new Dictionary<string, Tensor>();
        Encode(parts, batch.Images, "", random);
        if (options.HorizontalFlip) Encode(parts, batch.Images.flip(3), ShardTensor.Mirrored, random);
        if (batch.Labels is { } conditions) parts.Add(conditions.is_floating_point() ? ShardTensor.Attributes : ShardTensor.Labels, conditions);
        shard.Add(count, parts, bad.Select(b => (b.Index, b.Name[_prefix.Value.Length..])));
    }

    private void Encode(Dictionary<string, Tensor> parts, Tensor images, string suffix, Generator? random)
    {
        if (options.Content == LatentContent.Samples)
        {
            parts.Add(ShardTensor.Latents + suffix, codec.Encode(images, random));                                       // [B, C, h, w]
        }
        else
        {
            using var distribution = codec.EncodeDistribution(images) ?? throw new ArgumentException(
                $"{codec.GetType().Name} gives latents, not distributions of them. Set LatentCacheOptions.Content = LatentContent.Samples.");
            parts.Add(ShardTensor.Mean + suffix, distribution.Mean.clone());                                             // [B, C, h, w]
            parts.Add(ShardTensor.Deviation + suffix, distribution.Deviation.clone());                                   // [B, C, h, w]
        }
        if (options.Features is { } encoder) parts.Add(ShardTensor.Features + suffix, encoder.Encode(images));           // [B, T, F]
    }

    /// <summary>The first image that can be read, in a batch of its own.</summary>
    private Batch First(CancellationToken cancellationToken)
    {
        for (var image = 0; ; image++)
        {
            try
            {
                var alone = new CacheImages(dataset, [(image, 1)], options, standIn: null);
                if (options.OnBadImage == BadImagePolicy.Skip) _standIn = alone.Read(0);
                using var loader = Loader(alone, batchSize: 1, workers: 0, disposeBatches: false);
                return loader.ToBlockingEnumerable(cancellationToken).First();
            }
            catch (InvalidDataException e) when (options.OnBadImage == BadImagePolicy.Skip)
            {
                if (image + 1 == Math.Min(Attempts, dataset.Count))
                    throw new InvalidDataException($"The first {image + 1} images of {dataset.GetType().Name} could not be read: check the data set. The last of them: {e.Message}", e);
            }
        }
    }

    /// <summary>What the cache will be, from the first image.</summary>
    private LatentCacheIndex Describe(CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var batch = First(cancellationToken);
        using var random = new Generator(0, options.Device);
        var parts = new Dictionary<string, Tensor>();
        Encode(parts, batch.Images, "", random);
        var latents = parts[options.Content == LatentContent.Moments ? ShardTensor.Mean : ShardTensor.Latents];          // [1, C, h, w]
        var features = parts.GetValueOrDefault(ShardTensor.Features);                                                    // [1, T, F]
        return new LatentCacheIndex
        {
            Images = dataset.Count,
            ShardImages = options.ShardImages,
            Content = options.Content,
            HorizontalFlip = options.HorizontalFlip,
            Type = options.Type,
            Latents = latents.shape[1..],
            Labels = batch.Labels is { } labels && !labels.is_floating_point(),
            Attributes = batch.Labels is { } attributes && attributes.is_floating_point() ? attributes.shape[1] : 0,
            ClassNames = dataset.ClassNames,
            AttributeNames = dataset.AttributeNames,
            Features = options.Features?.Name,
            FeatureShape = features?.shape[1..],
            Codec = codec.Describe(),
            Crop = options.Crop?.GetType().Name,
            Seed = options.Seed,
            Dataset = Names(),
            OnBadImage = options.OnBadImage,
        };
    }

    /// <summary>Says in a line which images they are: a checksum of their names without what all begin with, so that a folder may move.</summary>
    private string Names()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < dataset.Count; i++) hash.AppendData(Encoding.UTF8.GetBytes(dataset.NameOf(i)[_prefix.Value.Length..] + "\n"));
        return $"{dataset.GetType().Name}, names {Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8))}";
    }

    private static string CommonPrefix(IImageDataset dataset)
    {
        var common = dataset.NameOf(0);
        for (var i = 1; i < dataset.Count && common.Length > 0; i++) common = common[..common.AsSpan().CommonPrefixLength(dataset.NameOf(i))];
        return common;
    }
}
