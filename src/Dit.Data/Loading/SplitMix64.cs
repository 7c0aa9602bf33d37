using System.Runtime.Intrinsics;

namespace Dit.Data;

/// <summary>
/// Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators". Written out here because the order of a data
/// set belongs to a checkpoint: it must be the same in every version of .NET and of this library.
/// </summary>
internal struct SplitMix64(ulong state)
{
    public const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state = state;

    public ulong Next() => Finalize(_state += Golden);

    /// <summary>A uniform number below <paramref name="bound"/>, without bias (Lemire 2019).</summary>
    public uint Next(uint bound)
    {
        var product = (ulong)(uint)(Next() >> 32) * bound;
        if ((uint)product < bound)
        {
            var threshold = (0u - bound) % bound;
            while ((uint)product < threshold) product = (ulong)(uint)(Next() >> 32) * bound;
        }
        return (uint)(product >> 32);
    }

    /// <summary>A well-mixed function of two numbers: the first output of a generator that starts from both.</summary>
    public static ulong Mix(ulong a, ulong b) => Finalize(Finalize(a + Golden) + b + Golden);

    private static ulong Finalize(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>What states become, four at once.</summary>
    public static Vector256<ulong> Finalize(Vector256<ulong> z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
