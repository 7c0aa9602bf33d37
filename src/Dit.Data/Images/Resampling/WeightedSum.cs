using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Dit.Data;

/// <summary>
/// Exact sums of bytes with weights of 23 bits at 16-bit speed: a weight is high * 2^15 + low, both of which multiply as 16 bits,
/// and the two sums are joined at the end. Arithmetic is modulo 2^32, and the result fits.
/// </summary>
internal static class WeightedSum
{
    public const int LowBits = 15;

    private const int Half = 1 << (ResampleAxis.Bits - 1);

    public static short Low(int weight) => (short)(weight & ((1 << LowBits) - 1));

    public static short High(int weight) => (short)(weight >> LowBits);

    /// <summary>Rounds a sum to a byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte ToByte(int sum) => (byte)Math.Clamp((sum + Half) >> ResampleAxis.Bits, 0, 255);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Join(Vector128<int> low, Vector128<int> high) =>
        ((high << LowBits) + low + Vector128.Create(Half)) >> ResampleAxis.Bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Join(Vector256<int> low, Vector256<int> high) =>
        ((high << LowBits) + low + Vector256.Create(Half)) >> ResampleAxis.Bits;
}
