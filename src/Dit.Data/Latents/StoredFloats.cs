using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>Numbers as shards store them.</summary>
internal static class StoredFloats
{
    /// <summary>bfloat16 or float32 to float32.</summary>
    public static void Widen(ReadOnlySpan<byte> stored, ScalarType type, Span<float> values)
    {
        if (type == ScalarType.Float32)
        {
            MemoryMarshal.Cast<byte, float>(stored).CopyTo(values);
            return;
        }
        var halves = MemoryMarshal.Cast<byte, ushort>(stored);
        var bits = MemoryMarshal.Cast<float, uint>(values);
        var i = 0;
        for (; i <= halves.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(halves[i..]), out var low, out var high);
            (low << 16).CopyTo(bits[i..]);
            (high << 16).CopyTo(bits[(i + Vector<uint>.Count)..]);
        }
        for (; i < halves.Length; i++) bits[i] = (uint)halves[i] << 16;
    }
}
