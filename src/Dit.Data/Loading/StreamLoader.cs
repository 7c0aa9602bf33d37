using Dit.Core;

namespace Dit.Data;

/// <summary>Batches of a stream of shards, such as <see cref="TarShards"/>: one pass over every shard per epoch, and nothing kept.</summary>
/// <remarks>
/// <para>The order is that of the shards, new every epoch, and within <see cref="ShuffleBuffer"/> images of random. It is the same for any
/// number of workers. A saved <see cref="ImageLoader.Position"/> is restored exactly, by reading the epoch up to there without decoding it.</para>
/// <para>The shards are dealt out to the <see cref="ImageLoader.Ranks"/>. Unless they hold equally many images, the ranks have not equally
/// many batches: let a training count steps, not epochs. Only the last batch of an epoch tells that it is the last.</para>
/// <para>Under <see cref="BadImagePolicy.Skip"/> another image of the same batch stands in, and the rest of a damaged shard is left out.</para>
/// </remarks>
public sealed class StreamLoader : ImageLoader
{
    private readonly IImageSequence _stream;

    /// <summary>Nothing is read before the first enumeration.</summary>
    /// <param name="stream">The shards.</param>
    /// <param name="batchSize">Images in a batch.</param>
    /// <param name="seed">Fixes the order of every epoch, and the augmentation of every image.</param>
    public StreamLoader(IImageSequence stream, int batchSize, long seed) : base(batchSize, seed)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
    }

    /// <value>Whether every epoch has a new order (the default) or that of the shards.</value>
    public bool Shuffle { get; init; } = true;

    /// <value>How many images, as files, are held to be shuffled; 1000 unless set.</value>
    public int ShuffleBuffer
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(ShuffleBuffer), value, "A buffer has no negative size; 0 keeps the order of the shards.");
    } = 1000;

    /// <value>How files are decoded; RGB in full size unless set.</value>
    public ImageDecodeOptions Decoding { get; init => field = value ?? throw new ArgumentNullException(nameof(Decoding)); } = FileDecoding.Rgb;

    private protected override EpochReading Open(BatchPosition from)
    {
        if (Ranks > _stream.Shards)
            throw new InvalidOperationException($"There are {_stream.Shards} shards for {Ranks} ranks. Write more and smaller ones: each rank needs at least one.");
        var key = SplitMix64.Mix((ulong)Seed, (ulong)from.Epoch);
        var order = new StreamOrder(_stream, key, Shuffle, ShuffleBuffer, Rank, Ranks, OnBadImage);
        return new StreamReading(order, (BatchSize, DropLast, Decoding), SplitMix64.Mix(key, (ulong)Rank), from.Batch, Augmentation, OnBadImage);
    }
}
