using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Dit.Data;

/// <summary>Standard normal numbers of an image in an epoch, whatever batch, worker or rank draws them.</summary>
/// <remarks>
/// Box and Muller 1958, eight pairs at once. The numbers depend on no processor: their functions are polynomials, written out here (Moshier's Cephes), of
/// fused products and sums, which are the same everywhere.
/// </remarks>
internal static class NormalNoise
{
    private const int Pairs = 8;                // 16 numbers: the cosines of eight pairs, then their sines
    private const ulong Golden = SplitMix64.Golden, Stream = 2;
    private const float Unit = 1f / (1 << 24);

    private static readonly Vector256<ulong> FirstFour = Vector256.Create(Golden, unchecked(2 * Golden), unchecked(3 * Golden), unchecked(4 * Golden));

    /// <summary>values + deviations * noise, in place.</summary>
    public static void AddTo(Span<float> values, ReadOnlySpan<float> deviations, ulong seed)
    {
        var whole = values.Length / (2 * Pairs) * (2 * Pairs);
        var state = SplitMix64.Mix(seed, Stream);
        Add(MemoryMarshal.Cast<float, Vector256<float>>(values[..whole]), MemoryMarshal.Cast<float, Vector256<float>>(deviations[..whole]), ref state);
        if (whole == values.Length) return;
        Span<float> last = stackalloc float[2 * Pairs], scale = stackalloc float[2 * Pairs];
        values[whole..].CopyTo(last);
        deviations[whole..values.Length].CopyTo(scale);
        Add(MemoryMarshal.Cast<float, Vector256<float>>(last), MemoryMarshal.Cast<float, Vector256<float>>(scale), ref state);
        last[..(values.Length - whole)].CopyTo(values[whole..]);
    }

    private static void Add(Span<Vector256<float>> values, ReadOnlySpan<Vector256<float>> deviations, ref ulong state)
    {
        for (var i = 0; i + 1 < values.Length; i += 2)
        {
            var (low, high) = Bits(ref state);
            var distance = Vector256.Narrow(low >> 40, high >> 40).AsInt32();                                       // 24 bits
            var angle = Vector256.Narrow(low >> 8, high >> 8).AsInt32() & Vector256.Create(0xFFFFFF);               // 24 others
            var radius = Vector256.Sqrt(-2f * Log((Vector256.ConvertToSingle(distance) + Vector256.Create(0.5f)) * Unit));
            var (sin, cos) = SinCos(angle);
            values[i] += deviations[i] * (radius * cos);
            values[i + 1] += deviations[i + 1] * (radius * sin);
        }
    }

    /// <summary>Eight numbers of <see cref="SplitMix64"/>, whose state is a count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<ulong> Low, Vector256<ulong> High) Bits(ref ulong state)
    {
        var low = Vector256.Create(state) + FirstFour;
        var high = low + Vector256.Create(unchecked(4 * Golden));
        state = unchecked(state + Pairs * Golden);
        return (SplitMix64.Finalize(low), SplitMix64.Finalize(high));
    }

    /// <summary>The natural logarithm of numbers in (0, 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Log(Vector256<float> x)
    {
        var bits = x.AsInt32();
        var exponent = (bits >> 23) - Vector256.Create(126);
        var m = ((bits & Vector256.Create(0x007FFFFF)) | Vector256.Create(0x3F000000)).AsSingle();                  // in [1/2, 1)
        var small = Vector256.LessThan(m, Vector256.Create(0.70710678f));
        var e = Vector256.ConvertToSingle(exponent + small.AsInt32());                                              // -1 where true
        m = m - Vector256<float>.One + (m & small);                                                                 // in [-0.29, 0.41]
        var y = Vector256.Create(7.0376836292e-2f);
        y = Horner(y, m, -1.1514610310e-1f);
        y = Horner(y, m, 1.1676998740e-1f);
        y = Horner(y, m, -1.2420140846e-1f);
        y = Horner(y, m, 1.4249322787e-1f);
        y = Horner(y, m, -1.6668057665e-1f);
        y = Horner(y, m, 2.0000714765e-1f);
        y = Horner(y, m, -2.4999993993e-1f);
        y = Horner(y, m, 3.3333331174e-1f);
        var square = m * m;
        y = Vector256.FusedMultiplyAdd(Vector256.Create(-2.12194440e-4f), e, y * m * square);
        y = m + Vector256.FusedMultiplyAdd(Vector256.Create(-0.5f), square, y);
        return Vector256.FusedMultiplyAdd(Vector256.Create(0.693359375f), e, y);
    }

    /// <summary>Sine and cosine of 24-bit fractions of a turn: of the rest to the nearest quarter, and then turned by quarters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Sin, Vector256<float> Cos) SinCos(Vector256<int> angle)
    {
        var quarter = (angle + Vector256.Create(1 << 21)) >> 22;                                                    // 0 to 4
        var t = Vector256.ConvertToSingle(angle - (quarter << 22)) * (2 * MathF.PI * Unit);                         // in [-pi/4, pi/4]
        var z = t * t;
        var sin = Vector256.FusedMultiplyAdd(Horner(Horner(Vector256.Create(-1.9515295891e-4f), z, 8.3321608736e-3f), z, -1.6666654611e-1f) * z, t, t);
        var cos = Horner(Horner(Horner(Horner(Vector256.Create(2.443315711809948e-5f), z, -1.388731625493765e-3f), z, 4.166664568298827e-2f), z, -0.5f), z, 1);
        var odd = Vector256.Equals(quarter & Vector256<int>.One, Vector256<int>.One).AsSingle();
        var sinSign = ((quarter & Vector256.Create(2)) << 30).AsSingle();
        var cosSign = (((quarter + Vector256<int>.One) & Vector256.Create(2)) << 30).AsSingle();
        return (Vector256.ConditionalSelect(odd, cos, sin) ^ sinSign, Vector256.ConditionalSelect(odd, sin, cos) ^ cosSign);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Horner(Vector256<float> y, Vector256<float> x, float coefficient) => Vector256.FusedMultiplyAdd(y, x, Vector256.Create(coefficient));
}
