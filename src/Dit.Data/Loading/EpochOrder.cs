namespace Dit.Data;

/// <summary>Which images an epoch gives, in which order, and the randomness of each: a function of (seed, epoch) alone.</summary>
internal sealed class EpochOrder
{
    private readonly Func<int, int> _at;
    private readonly bool _repeats;
    private readonly ulong _key;

    /// <summary>The order of a sampling, from the state Mix(seed, epoch).</summary>
    public EpochOrder(int count, long seed, long epoch, Sampling sampling)
    {
        _key = SplitMix64.Mix((ulong)seed, (ulong)epoch);
        (_at, _repeats, Count) = (sampling.Start(count, _key), sampling.Repeats, count);
    }

    /// <summary>The number of places.</summary>
    public int Count { get; }

    /// <summary>The image in a place of the epoch.</summary>
    public int At(int place) => _at(place);

    /// <summary>The image that stands in for one that cannot be read.</summary>
    public int Substitute(int place, int attempt) => _at((int)(SplitMix64.Mix(SplitMix64.Mix(~_key, (ulong)place), (ulong)attempt) % (ulong)Count));

    /// <summary>The seed of an image's augmentation: of (seed, epoch, index), and of the place if an epoch may give the image twice.</summary>
    public ulong SeedOf(int place, int index)
    {
        var seed = SplitMix64.Mix(_key, (ulong)index);
        return _repeats ? SplitMix64.Mix(seed, (ulong)place) : seed;
    }
}
