namespace Dit.Data;

/// <summary>Which images an epoch gives, in which order, and the randomness of each: a function of (seed, epoch) alone.</summary>
internal sealed class EpochOrder
{
    private readonly Func<int, int> _at;
    private readonly Func<int, ulong, int> _standIn;
    private readonly bool _repeats;
    private readonly ulong _key;

    /// <summary>The order of a sampling, from the state Mix(seed, epoch).</summary>
    public EpochOrder(int count, long seed, long epoch, Sampling sampling)
    {
        _key = SplitMix64.Mix((ulong)seed, (ulong)epoch);
        (_at, _repeats, Count) = (sampling.Start(count, _key), sampling.Repeats, count);
        _standIn = (_, random) => _at((int)(random % (ulong)Count));
    }

    /// <summary>Batches of one bucket each.</summary>
    public EpochOrder(BucketOrder buckets, bool shuffle, long seed, long epoch)
    {
        _key = SplitMix64.Mix((ulong)seed, (ulong)epoch);
        var order = buckets.Order(shuffle, _key);
        (_at, _repeats, Count) = (place => order[place], buckets.Repeats, order.Length);
        _standIn = (place, random) => buckets.StandIn(order[place], random);
    }

    /// <summary>The number of places.</summary>
    public int Count { get; }

    /// <summary>The image in a place of the epoch.</summary>
    public int At(int place) => _at(place);

    /// <summary>The image that stands in for one that cannot be read.</summary>
    public int Substitute(int place, int attempt) => _standIn(place, SplitMix64.Mix(SplitMix64.Mix(~_key, (ulong)place), (ulong)attempt));

    /// <summary>The seed of an image's augmentation: of (seed, epoch, index), and of the place if an epoch may give the image twice.</summary>
    public ulong SeedOf(int place, int index)
    {
        var seed = SplitMix64.Mix(_key, (ulong)index);
        return _repeats ? SplitMix64.Mix(seed, (ulong)place) : seed;
    }
}
