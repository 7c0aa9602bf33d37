namespace Dit.Data;

/// <summary>
/// An epoch in batches of one bucket each: every bucket's images in a new order, cut into batches; then the batches in a new order.
/// </summary>
internal sealed class BucketOrder
{
    private readonly IReadOnlyList<int> _bucketOf;
    private readonly int[][] _members;      // by bucket; those without images left out
    private readonly Dictionary<int, int[]> _membersOf;
    private readonly int _together;
    private readonly bool _dropLast;

    /// <param name="bucketOf">The bucket of every image.</param>
    /// <param name="together">Images in a batch of all ranks together.</param>
    /// <param name="dropLast">Whether what does not fill a batch of its bucket is left out of an epoch; otherwise images of the bucket come again to fill it.</param>
    public BucketOrder(IReadOnlyList<int> bucketOf, int together, bool dropLast)
    {
        (_bucketOf, _together, _dropLast) = (bucketOf, together, dropLast);
        _membersOf = Enumerable.Range(0, bucketOf.Count).GroupBy(i => bucketOf[i]).ToDictionary(g => g.Key, g => g.ToArray());
        _members = [.. _membersOf.OrderBy(m => m.Key).Select(m => m.Value)];
        Batches = _members.Sum(m => (long)BatchesOf(m));
    }

    /// <summary>Batches in an epoch.</summary>
    public long Batches { get; }

    /// <summary>Whether an epoch may give an image more than once.</summary>
    public bool Repeats => !_dropLast;

    /// <summary>The images of an epoch, batch after batch.</summary>
    /// <param name="shuffle">Whether in a new order, or by buckets and in each as they are.</param>
    /// <param name="key">A function of seed and epoch.</param>
    public int[] Order(bool shuffle, ulong key)
    {
        var order = new int[Batches * _together];
        var batches = shuffle ? new Permutation((int)Batches, SplitMix64.Mix(key, ulong.MaxValue)) : default(Permutation?);
        var batch = 0;
        for (var b = 0; b < _members.Length; b++)
        {
            var members = _members[b];
            var inner = shuffle ? new Permutation(members.Length, SplitMix64.Mix(key, (ulong)b)) : default(Permutation?);
            for (var first = 0; first < BatchesOf(members) * _together; first += _together, batch++)
            {
                var start = (batches?.At(batch) ?? batch) * _together;
                for (var i = 0; i < _together; i++)
                {
                    var place = (first + i) % members.Length;
                    order[start + i] = members[inner?.At(place) ?? place];
                }
            }
        }
        return order;
    }

    /// <summary>An image of the same bucket.</summary>
    public int StandIn(int image, ulong random)
    {
        var members = _membersOf[_bucketOf[image]];
        return members[(int)(random % (ulong)members.Length)];
    }

    private int BatchesOf(int[] members) => _dropLast ? members.Length / _together : (members.Length + _together - 1) / _together;
}
