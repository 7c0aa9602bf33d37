namespace Dit.Data;

/// <summary>The one map between bytes 0..255 and the model's range [-1, 1]: value = byte / 127.5 - 1. A byte survives both ways.</summary>
internal static class PixelScale
{
    private static readonly float[] Values = [.. Enumerable.Range(0, 256).Select(static b => b / 127.5f - 1f)];

    public static void ToUnit(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        ReadOnlySpan<float> table = Values;
        for (var i = 0; i < bytes.Length; i++) values[i] = table[bytes[i]];
    }

    /// <summary>Rounds to the nearest byte; what lies outside [-1, 1] is clamped. The value must be finite.</summary>
    public static byte ToByte(float value) => (byte)Math.Clamp(MathF.Floor((value + 1f) * 127.5f + 0.5f), 0f, 255f);
}
