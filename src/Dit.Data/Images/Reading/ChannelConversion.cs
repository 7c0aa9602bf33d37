namespace Dit.Data;

/// <summary>Alpha over white, colours to grey and back, as Pillow computes them.</summary>
internal static class ChannelConversion
{
    /// <summary>Converts pixels.</summary>
    /// <param name="source">Pixels of <paramref name="from"/> channels: 1, 2 (grey, alpha), 3 or 4 (RGB, alpha).</param>
    /// <param name="from">Channels of the source.</param>
    /// <param name="target">As many pixels of <paramref name="to"/> channels.</param>
    /// <param name="to">1 or 3.</param>
    public static void Convert(ReadOnlySpan<byte> source, int from, Span<byte> target, int to)
    {
        if (from == to)
        {
            source.CopyTo(target);
            return;
        }
        for (int i = 0, o = 0; i < source.Length; i += from, o += to)
        {
            byte r = source[i], g = r, b = r;
            if (from >= 3) (g, b) = (source[i + 1], source[i + 2]);
            if (from is 2 or 4)
            {
                var alpha = source[i + from - 1];
                (r, g, b) = (OverWhite(r, alpha), OverWhite(g, alpha), OverWhite(b, alpha));
            }
            if (to == 1)
            {
                target[o] = from <= 2 ? r : Luma(r, g, b);
                continue;
            }
            target[o] = r;
            target[o + 1] = g;
            target[o + 2] = b;
        }
    }

    /// <summary>value * a + 255 * (1 - a), to the nearest.</summary>
    private static byte OverWhite(byte value, byte alpha)
    {
        var sum = value * alpha + 255 * (255 - alpha) + 128;
        return (byte)((sum + (sum >> 8)) >> 8);
    }

    /// <summary>0.299 R + 0.587 G + 0.114 B (ITU-R 601), in 16-bit fixed point.</summary>
    private static byte Luma(byte r, byte g, byte b) => (byte)((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
}
