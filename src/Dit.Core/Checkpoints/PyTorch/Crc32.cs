namespace Dit.Core;

/// <summary>The check sum of zip files (CRC-32 of ISO 3309), eight bytes at a time.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private static readonly uint[][] Tables = MakeTables();

    /// <summary>The sum of what came before and <paramref name="bytes"/>; it starts from 0.</summary>
    public static uint Append(uint sum, ReadOnlySpan<byte> bytes)
    {
        var c = ~sum;
        uint[] t0 = Tables[0], t1 = Tables[1], t2 = Tables[2], t3 = Tables[3], t4 = Tables[4], t5 = Tables[5], t6 = Tables[6], t7 = Tables[7];
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            c = t7[(byte)(c ^ bytes[0])] ^ t6[(byte)((c >> 8) ^ bytes[1])] ^ t5[(byte)((c >> 16) ^ bytes[2])] ^ t4[(byte)((c >> 24) ^ bytes[3])]
                ^ t3[bytes[4]] ^ t2[bytes[5]] ^ t1[bytes[6]] ^ t0[bytes[7]];
        }
        foreach (var b in bytes)
            c = t0[(byte)(c ^ b)] ^ (c >> 8);
        return ~c;
    }

    /// <summary>Table k holds the sums of a byte that k zero bytes follow.</summary>
    private static uint[][] MakeTables()
    {
        var tables = new uint[8][];
        for (var k = 0; k < tables.Length; k++)
        {
            tables[k] = new uint[256];
            for (var b = 0u; b < 256; b++)
            {
                var c = k == 0 ? b : tables[k - 1][b];
                for (var bit = 0; bit < 8; bit++)
                    c = (c & 1) != 0 ? Polynomial ^ (c >> 1) : c >> 1;
                tables[k][b] = c;
            }
        }
        return tables;
    }
}
