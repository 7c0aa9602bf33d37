using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Dit.Core;

/// <summary>The check sum of zip files (CRC-32 of ISO 3309), at the speed of memory where the processor multiplies polynomials.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Block = 64;

    /// <summary>x^(n + 32) and x^(n - 32) modulo the polynomial, bits reversed, for n = 512 and 128 (Gopal et al., Intel, 2009).</summary>
    private static readonly Vector128<ulong> Over512 = Vector128.Create(0x154442bd4ul, 0x1c6e41596ul), Over128 = Vector128.Create(0x1751997d0ul, 0x0ccaa009eul);
    private static readonly uint[] Table = MakeTable();

    /// <summary>The sum of what came before and <paramref name="bytes"/>; it starts from 0.</summary>
    public static uint Append(uint sum, ReadOnlySpan<byte> bytes)
    {
        var c = ~sum;
        if (Pclmulqdq.IsSupported && bytes.Length >= Block)
        {
            var whole = bytes.Length / Block * Block;
            c = AppendBlocks(c, bytes[..whole]);
            bytes = bytes[whole..];
        }
        return ~AppendBytes(c, bytes);
    }

    /// <summary>Folds the message to its last 16 bytes, which have the same remainder.</summary>
    private static uint AppendBlocks(uint c, ReadOnlySpan<byte> bytes)
    {
        var blocks = MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes);
        var (a, b, d, e) = (blocks[0] ^ Vector128.CreateScalar((ulong)c), blocks[1], blocks[2], blocks[3]);
        for (blocks = blocks[4..]; blocks.Length >= 4; blocks = blocks[4..])
            (a, b, d, e) = (Fold(a, Over512) ^ blocks[0], Fold(b, Over512) ^ blocks[1], Fold(d, Over512) ^ blocks[2], Fold(e, Over512) ^ blocks[3]);
        var last = Fold(Fold(Fold(a, Over128) ^ b, Over128) ^ d, Over128) ^ e;
        Span<byte> rest = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(rest, last[0]);
        BinaryPrimitives.WriteUInt64LittleEndian(rest[8..], last[1]);
        return AppendBytes(0, rest);
    }

    private static Vector128<ulong> Fold(Vector128<ulong> value, Vector128<ulong> over) =>
        Pclmulqdq.CarrylessMultiply(value, over, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, over, 0x11);

    private static uint AppendBytes(uint c, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
            c = Table[(byte)(c ^ b)] ^ (c >> 8);
        return c;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < table.Length; i++)
        {
            var c = i;
            for (var bit = 0; bit < 8; bit++)
                c = (c & 1) != 0 ? Polynomial ^ (c >> 1) : c >> 1;
            table[i] = c;
        }
        return table;
    }
}
