using System.Numerics;

namespace Dit.Data;

/// <summary>A pseudorandom order of 0 to count - 1 that needs no memory: a Feistel network on the next power of four, walked until it is in range.</summary>
internal readonly struct Permutation
{
    private const int Rounds = 8;

    private readonly uint _count;
    private readonly ulong _key;
    private readonly int _half;         // bits of each half

    public Permutation(int count, ulong key)
    {
        (_count, _key) = ((uint)count, key);
        _half = (33 - BitOperations.LeadingZeroCount((uint)(count - 1) | 1)) / 2;
    }

    /// <summary>What comes in a place.</summary>
    public int At(int place)
    {
        var x = (uint)place;
        do x = Encrypt(x);
        while (x >= _count);
        return (int)x;
    }

    private uint Encrypt(uint x)
    {
        var mask = (1u << _half) - 1;
        var (left, right) = (x >> _half, x & mask);
        for (var round = 0UL; round < Rounds; round++)
            (left, right) = (right, left ^ (uint)SplitMix64.Mix(_key + round, right) & mask);
        return (left << _half) | right;
    }
}
