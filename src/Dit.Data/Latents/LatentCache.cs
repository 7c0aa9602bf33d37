using System.Collections.Concurrent;
using Dit.Core;

namespace Dit.Data;

/// <summary>The latents of a data set, encoded once and read by memory map: a data set for <see cref="BatchLoader"/>.</summary>
/// <remarks>
/// <para>A folder with cache.json, which says what is in it, and shards: safetensors files that Python reads too, with the tensors mean and deviation or
/// latents [N, C, h, w], those with .mirrored behind their names, labels [N] or attributes [N, A], and features [N, T, F]. A shard's name holds its checksum.</para>
/// <para>Latents are scaled, as the model sees them. Where moments are kept, a loader draws the latents of every image anew in every epoch, a function of
/// (seed, epoch, image) alone.</para>
/// </remarks>
public sealed class LatentCache : IDisposable
{
    private readonly LatentCacheIndex _index;
    private readonly LatentShard[] _shards;
    private readonly int[]? _images;            // the data set's number of each image; null where none was left out
    private readonly long[]? _labels;

    /// <summary>Opens a cache.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="verify">Whether every shard is read and compared with its checksum (the default). False leaves that out, and trusts the disk.</param>
    /// <exception cref="FileNotFoundException">There is no cache, or it is not finished.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or of another cache.</exception>
    public LatentCache(string folder, bool verify = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Folder = folder;
        _index = LatentCacheIndex.Load(folder, out var checksum);
        _shards = OpenShards(Files(folder, _index), checksum, verify);
        BadImages = [.. _shards.SelectMany((shard, i) => shard.Bad.Select(b => new BadImage(_index.Shard(i).First + b.Key, b.Value, "It could not be read when the cache was made.")))];
        if (BadImages.Count > 0) _images = [.. Enumerable.Range(0, _index.Images).Except(BadImages.Select(b => b.Index))];
        _labels = _index.Labels ? ReadLabels() : null;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The number of images, without those that were left out.</summary>
    public int Count => _images?.Length ?? _index.Images;

    /// <summary>
    /// Images of the data set that could not be read when the cache was made and were left out (<see cref="LatentCacheOptions.OnBadImage"/>), by their number in the
    /// data set and their name, without what the names of all images begin with.
    /// </summary>
    public IReadOnlyList<BadImage> BadImages { get; }

    /// <summary>What is kept of an image.</summary>
    public LatentContent Content => _index.Content;

    /// <summary>Whether there are latents of the mirrored images.</summary>
    public bool HasMirrored => _index.HorizontalFlip;

    /// <summary>Shape of an image's latents: C, h, w.</summary>
    public IReadOnlyList<long> LatentShape => _index.Latents;

    /// <summary>Shape of an image's features: T, F; null where there are none.</summary>
    public IReadOnlyList<long>? FeatureShape => _index.FeatureShape;

    /// <summary>The class of every image; null where images have none.</summary>
    public IReadOnlyList<long>? Labels => _labels;

    /// <inheritdoc cref="IImageDataset.ClassNames"/>
    public IReadOnlyList<string> ClassNames => _index.ClassNames;

    /// <inheritdoc cref="IImageDataset.AttributeNames"/>
    public IReadOnlyList<string> AttributeNames => _index.AttributeNames;

    /// <summary>How many attributes an image has; 0 where there are none. One name may stand for an array of them.</summary>
    public long Attributes => _index.Attributes;

    /// <summary>Which codec the latents are of (<see cref="ILatentCodec.Describe"/>).</summary>
    public string Codec => _index.Codec;

    internal LatentCacheIndex Index => _index;

    /// <summary>The sums of all latents by channel.</summary>
    internal ChannelSums Sums()
    {
        var all = new ChannelSums((int)_index.Latents[0]);
        foreach (var shard in _shards) all.Add(shard.Sums);
        return all;
    }

    /// <summary>Encodes a data set into a folder, from where an earlier start ended. The work of a shard that was not finished is lost.</summary>
    /// <remarks>
    /// <para>The bytes depend on the data set, the codec, the options and the machine's arithmetic (its threads, too), not on kills or on the number of processes. Several
    /// processes share the work by <see cref="LatentCacheOptions.Rank"/>; a cache can be opened when all of them are done.</para>
    /// <para>An image that cannot be read ends the making, or is left out, told with its path as the making goes on, and noted in its shard: see
    /// <see cref="LatentCacheOptions.OnBadImage"/>.</para>
    /// </remarks>
    /// <param name="dataset">The images.</param>
    /// <param name="codec">Encodes them; it is used by one thread.</param>
    /// <param name="folder">Where the cache is to be.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Is told how many images are done, after every batch.</param>
    /// <param name="cancellationToken">Ends the making within a batch; shards that are finished stay.</param>
    /// <exception cref="ArgumentException">The options are not valid, or the codec has no distributions to keep.</exception>
    /// <exception cref="InvalidOperationException">The folder holds the cache of another data set, codec or options.</exception>
    /// <exception cref="InvalidDataException">An image cannot be read or is of another size, or its latents are not finite.</exception>
    public static Task BuildAsync(
        IImageDataset dataset, ILatentCodec codec, string folder, LatentCacheOptions? options = null, IProgress<LatentCacheProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(codec);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (dataset.Count <= 0) throw new ArgumentException($"The data set {dataset.GetType().Name} has no images.", nameof(dataset));
        var builder = new LatentCacheBuilder(dataset, codec, folder, (options ?? new LatentCacheOptions()).Validate(), progress);
        // A thread of its own: gradient mode and dispose scopes belong to a thread.
        return Task.Factory.StartNew(() => builder.Run(cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Sees to it that the latents are of a codec, such as the one that is to decode what a model draws.</summary>
    /// <param name="codec">The codec.</param>
    /// <exception cref="ArgumentException">They are of another one.</exception>
    public void RequireCodec(ILatentCodec codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        if (codec.Describe() != Codec)
            throw new ArgumentException($"The latents in '{Folder}' are of another codec: {Codec} (there) against {codec.Describe()} (here).", nameof(codec));
    }

    /// <summary>Closes the shards; loaders that still read end with an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        foreach (var shard in _shards) shard.Dispose();
    }

    /// <summary>Copies what a shard's tensor has of an image.</summary>
    internal void CopyRow(string tensor, int image, Span<byte> target)
    {
        var number = _images?[image] ?? image;
        _shards[number / _index.ShardImages].CopyRow(tensor, number % _index.ShardImages, target);
    }

    internal long LabelOf(int image) => _labels![image];

    private static ShardFile[] Files(string folder, LatentCacheIndex index)
    {
        var all = ShardFile.All(folder);
        int[] missing = [.. Enumerable.Range(0, index.Shards).Where(s => !all.Contains(s))];
        if (missing.Length > 0)
            throw new FileNotFoundException(
                $"'{folder}' is not finished: {missing.Length} of {index.Shards} shards are missing, {missing[0]} is the first. Go on with LatentCache.BuildAsync.");
        if (all.FirstOrDefault(s => s.Key >= index.Shards || s.Skip(1).Any()) is { } odd)
            throw new InvalidDataException($"'{folder}' has {odd.Count()} files of shard {odd.Key}, where {(odd.Key < index.Shards ? "one belongs" : "none belongs")}: {string.Join(", ", odd.Select(o => o.Path))}.");
        return [.. Enumerable.Range(0, index.Shards).Select(s => all[s].Single())];
    }

    private LatentShard[] OpenShards(ShardFile[] files, string checksum, bool verify)
    {
        var shards = new LatentShard?[files.Length];
        var bad = new ConcurrentDictionary<int, Exception>();
        Parallel.For(0, files.Length, i =>
        {
            try
            {
                shards[i] = LatentShard.Open(files[i], _index, checksum, verify);
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                bad[i] = e;
            }
        });
        if (bad.IsEmpty) return shards!;
        foreach (var shard in shards) shard?.Dispose();
        var first = bad[bad.Keys.Min()];
        throw new InvalidDataException(bad.Count == 1 ? first.Message : $"{bad.Count} of {files.Length} shards cannot be used, the first: {first.Message}", first);
    }

    private long[] ReadLabels()
    {
        var labels = new long[Count];
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(labels.AsSpan());
        for (var i = 0; i < Count; i++) CopyRow(ShardTensor.Labels, i, bytes.Slice(i * sizeof(long), sizeof(long)));
        return labels;
    }
}
