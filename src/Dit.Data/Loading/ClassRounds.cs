namespace Dit.Data;

/// <summary>Every class once per round, in a new order each round; a class gives all its images before one comes again.</summary>
internal sealed class ClassRounds
{
    private readonly int[][] _members;      // by class; those without images left out

    public ClassRounds(IReadOnlyList<long> labels)
    {
        Count = labels.Count;
        _members = [.. Enumerable.Range(0, labels.Count).GroupBy(i => labels[i]).OrderBy(g => g.Key).Select(g => g.ToArray())];
        if (_members.Length == 0) throw new ArgumentException("There are no labels to balance.", nameof(labels));
    }

    public int Count { get; }

    public int Draw(ulong key, int place)
    {
        var (round, turn) = Math.DivRem(place, _members.Length);
        var c = new Permutation(_members.Length, SplitMix64.Mix(key, (ulong)round)).At(turn);
        var members = _members[c];
        var (pass, number) = Math.DivRem(round, members.Length);
        var order = new Permutation(members.Length, SplitMix64.Mix(SplitMix64.Mix(~key, (ulong)c), (ulong)pass));
        return members[order.At(number)];
    }
}
