namespace Dit.Data;

/// <summary>The images of one epoch and rank in their order, read one after the other, and which of the shards were damaged.</summary>
internal sealed class StreamOrder(IImageSequence stream, ulong key, bool shuffle, int buffer, int rank, int ranks, BadImagePolicy policy)
{
    private const ulong BufferStream = 2;

    private readonly List<BadImage> _bad = [];

    /// <summary>Takes the shards that were found damaged since it was last asked.</summary>
    public BadImage[] TakeBad()
    {
        BadImage[] bad = [.. _bad];
        _bad.Clear();
        return bad;
    }

    public IEnumerable<EncodedImage> Images() =>
        shuffle && buffer > 0 ? ShuffleBuffer.Shuffle(InShards(), buffer, SplitMix64.Mix(SplitMix64.Mix(key, BufferStream), (ulong)rank)) : InShards();

    private IEnumerable<EncodedImage> InShards()
    {
        var order = (shuffle ? Sampling.Shuffled : Sampling.InOrder).Start(stream.Shards, key);
        for (var place = rank; place < stream.Shards; place += ranks)
        {
            var shard = order(place);
            using var images = stream.Read(shard).GetEnumerator();
            while (Next(images, shard) is { } image) yield return image;
        }
    }

    /// <summary>The next image of a shard; null at its end, and where it is damaged, unless that is to be thrown.</summary>
    private EncodedImage? Next(IEnumerator<EncodedImage> images, int shard)
    {
        try
        {
            return images.MoveNext() ? images.Current : null;
        }
        catch (Exception e) when (policy != BadImagePolicy.Throw && e is not OutOfMemoryException)
        {
            _bad.Add(new BadImage(-1, stream.NameOf(shard), $"{e.Message} The rest of the shard was left out."));
            return null;
        }
    }
}
