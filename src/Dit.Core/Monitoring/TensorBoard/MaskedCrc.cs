using System.Buffers.Binary;
using System.Numerics;

namespace Dit.Core;

/// <summary>The check sum of TensorFlow's records: CRC-32C (Castagnoli), rotated and shifted so that sums over sums stay sound.</summary>
internal static class MaskedCrc
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var c = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            c = BitOperations.Crc32C(c, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes)
            c = BitOperations.Crc32C(c, b);
        return unchecked(BitOperations.RotateRight(~c, 15) + 0xa282ead8);
    }
}
