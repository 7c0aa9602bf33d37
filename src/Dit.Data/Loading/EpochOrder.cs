namespace Dit.Data;

/// <summary>Which images an epoch gives, in which order, and which of them mirrored: a function of (seed, epoch) alone.</summary>
internal sealed class EpochOrder
{
    private readonly int[]? _order;
    private readonly ulong _key;

    /// <summary>A Fisher-Yates shuffle by <see cref="SplitMix64"/> from the state Mix(seed, epoch), last place first.</summary>
    public EpochOrder(int count, long seed, long epoch, bool shuffle)
    {
        _key = SplitMix64.Mix((ulong)seed, (ulong)epoch);
        if (!shuffle) return;
        _order = new int[count];
        for (var i = 0; i < count; i++) _order[i] = i;
        var random = new SplitMix64(_key);
        for (var i = count - 1; i > 0; i--)
        {
            var j = (int)random.Next((uint)i + 1);
            (_order[i], _order[j]) = (_order[j], _order[i]);
        }
    }

    /// <summary>The image in a place of the epoch.</summary>
    public int At(int place) => _order is null ? place : _order[place];

    /// <summary>Whether this epoch shows an image mirrored, if it may: one in two.</summary>
    public bool IsMirrored(int index) => (SplitMix64.Mix(_key, (ulong)index) & 1) != 0;
}
