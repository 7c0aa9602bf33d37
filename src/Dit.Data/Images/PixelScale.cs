using System.Numerics;

namespace Dit.Data;

/// <summary>The one map between bytes 0..255 and the model's range [-1, 1]: value = byte / 127.5 - 1. A byte survives both ways.</summary>
internal static class PixelScale
{
    public static void ToUnit(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        var (i, lanes) = (0, Vector<float>.Count);
        for (; i <= bytes.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(bytes[i..]), out var low, out var high);
            var target = values[i..];
            Write(low, target);
            Write(high, target[(2 * lanes)..]);
        }
        for (; i < bytes.Length; i++) values[i] = bytes[i] / 127.5f - 1f;

        void Write(Vector<ushort> shorts, Span<float> to)
        {
            Vector.Widen(shorts, out var first, out var second);
            Unit(first).CopyTo(to);
            Unit(second).CopyTo(to[lanes..]);
        }
    }

    /// <summary>A quotient, not a product with the inverse, so that every value is that of a single byte to the last bit.</summary>
    private static Vector<float> Unit(Vector<uint> bytes) => Vector.ConvertToSingle(Vector.AsVectorInt32(bytes)) / new Vector<float>(127.5f) - Vector<float>.One;

    /// <summary>Rounds to the nearest byte; what lies outside [-1, 1] is clamped. The value must be finite.</summary>
    public static byte ToByte(float value) => (byte)Math.Clamp(MathF.Floor((value + 1f) * 127.5f + 0.5f), 0f, 255f);
}
