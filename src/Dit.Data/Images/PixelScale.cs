using System.Runtime.Intrinsics;

namespace Dit.Data;

/// <summary>The one map between bytes 0..255 and the model's range [-1, 1]: value = byte / 127.5 - 1. A byte survives both ways.</summary>
internal static class PixelScale
{
    public static void ToUnit(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        var i = 0;
        for (; i <= bytes.Length - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            var (first, second) = Vector128.Widen(Vector128.Create(bytes[i..]));
            var (low, high) = Vector256.Widen(Vector256.Create(first, second));
            Unit(Vector512.Create(low, high).AsInt32()).CopyTo(values[i..]);
        }
        for (; i < bytes.Length; i++) values[i] = bytes[i] / 127.5f - 1f;
    }

    /// <summary>The quotient to the last bit, as of a single byte: the product with the inverse, mended by what it leaves of the byte.</summary>
    private static Vector512<float> Unit(Vector512<int> bytes)
    {
        var (divisor, inverse) = (Vector512.Create(127.5f), Vector512.Create(1 / 127.5f));
        var value = Vector512.ConvertToSingle(bytes);
        var quotient = value * inverse;
        var rest = Vector512.FusedMultiplyAdd(-quotient, divisor, value);
        return Vector512.FusedMultiplyAdd(rest, inverse, quotient) - Vector512<float>.One;
    }

    /// <summary>Rounds to the nearest byte; what lies outside [-1, 1] is clamped. The value must be finite.</summary>
    public static byte ToByte(float value) => (byte)Math.Clamp(MathF.Floor((value + 1f) * 127.5f + 0.5f), 0f, 255f);
}
