using System.Security.Cryptography;
using System.Text;
using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>Makes the shards of a cache that are this process's and not there yet.</summary>
internal sealed class LatentCacheBuilder(IImageDataset dataset, ILatentCodec codec, string folder, LatentCacheOptions options, IProgress<LatentCacheProgress>? progress)
{
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

        using var images = Images([.. pending.Select(index.Shard)], options.BatchSize, options.Workers);
        using var batches = images.ToBlockingEnumerable(cancellationToken).GetEnumerator();
        foreach (var number in pending)
        {
            using var shard = new LatentShardWriter(index, number);
            while (!shard.IsFull)
            {
                batches.MoveNext();                 // a shard is whole batches, but for the last of the data set
                Encode(batches.Current, shard, index.Shard(number).First);
                done += (int)batches.Current.Count;
                progress?.Report(new LatentCacheProgress(done, total));
            }
            cancellationToken.ThrowIfCancellationRequested();
            shard.Write(folder, checksum);
        }
    }

    private bool IsOurs(int shard) => shard % options.Ranks == options.Rank;

    private BatchLoader Images(IReadOnlyList<(int First, int Count)> stretches, int batchSize, int workers) =>
        new(new CacheImages(dataset, stretches, options), batchSize, seed: 0) { Shuffle = false, DropLast = false, Workers = workers, Device = options.Device };

    private void Encode(Batch batch, LatentShardWriter shard, int firstOfShard)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var count = (int)batch.Count;
        using var random = new Generator(SplitMix64.Mix((ulong)options.Seed, (ulong)(firstOfShard + shard.Filled)), options.Device);
        var parts = new Dictionary<string, Tensor>();
        Encode(parts, batch.Images, "", random);
        if (options.HorizontalFlip) Encode(parts, batch.Images.flip(3), ShardTensor.Mirrored, random);
        if (batch.Labels is { } conditions) parts.Add(conditions.is_floating_point() ? ShardTensor.Attributes : ShardTensor.Labels, conditions);
        shard.Add(count, parts);
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

    /// <summary>What the cache will be, from the first image.</summary>
    private LatentCacheIndex Describe(CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var first = Images([(0, 1)], batchSize: 1, workers: 0);
        var batch = first.ToBlockingEnumerable(cancellationToken).First();
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
            Dataset = NamesOf(dataset),
        };
    }

    /// <summary>Says in a line which images they are: a checksum of their names without what all begin with, so that a folder may move.</summary>
    private static string NamesOf(IImageDataset dataset)
    {
        var common = dataset.NameOf(0);
        for (var i = 1; i < dataset.Count && common.Length > 0; i++) common = common[..common.AsSpan().CommonPrefixLength(dataset.NameOf(i))];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < dataset.Count; i++) hash.AppendData(Encoding.UTF8.GetBytes(dataset.NameOf(i)[common.Length..] + "\n"));
        return $"{dataset.GetType().Name}, names {Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8))}";
    }
}
