namespace Dit.Data;

/// <summary>Draws an index with a given probability in constant time (Walker 1977, as built by Vose 1991).</summary>
internal sealed class AliasTable
{
    private readonly double[] _keep;
    private readonly int[] _alias;

    public AliasTable(IReadOnlyList<double> weights)
    {
        var count = weights.Count;
        var (sum, heaviest) = (0.0, 0);
        for (var i = 0; i < count; i++)
        {
            if (!(weights[i] >= 0) || !double.IsFinite(weights[i]))
                throw new ArgumentException($"Image {i} has the weight {weights[i]}, but weights are finite and not negative.", nameof(weights));
            sum += weights[i];
            if (weights[i] > weights[heaviest]) heaviest = i;
        }
        if (!(sum > 0) || !double.IsFinite(sum))
            throw new ArgumentException($"The weights sum to {sum}, so nothing can be drawn. Give some image a weight.", nameof(weights));

        (_keep, _alias) = (new double[count], new int[count]);
        var (small, large) = (new Stack<int>(), new Stack<int>());
        for (var i = 0; i < count; i++)
        {
            _keep[i] = weights[i] * count / sum;
            (_keep[i] < 1 ? small : large).Push(i);
        }
        while (small.Count > 0 && large.Count > 0)
        {
            var (less, more) = (small.Pop(), large.Pop());
            _alias[less] = more;
            _keep[more] -= 1 - _keep[less];
            (_keep[more] < 1 ? small : large).Push(more);
        }
        foreach (var i in small.Concat(large)) (_keep[i], _alias[i]) = (weights[i] > 0 ? 1 : 0, heaviest);     // 1 but for rounding
    }

    public int Count => _keep.Length;

    public int Draw(ulong key)
    {
        var random = new SplitMix64(key);
        var i = (int)random.Next((uint)_keep.Length);
        return (random.Next() >> 11) * (1.0 / (1UL << 53)) < _keep[i] ? i : _alias[i];
    }
}
