namespace Dit.Data;

/// <summary>A bitmap's run-length encoding of indices of 8 or 4 bits.</summary>
internal static class BmpRuns
{
    private const int EndOfLine = 0, EndOfImage = 1, Move = 2;

    /// <summary>[H, W], from the top; what the runs leave out is index 0.</summary>
    /// <exception cref="InvalidDataException">The data end early, or leave the image.</exception>
    public static byte[] Unpack(ReadOnlySpan<byte> data, BmpHeader bmp)
    {
        var indices = new byte[checked(bmp.Height * bmp.Width)];
        var half = bmp.Compression == BmpHeader.Runs4;
        var (at, x, row) = (0, 0, 0);
        while (true)
        {
            var (count, code) = (Byte(data, at), Byte(data, at + 1));
            at += 2;
            if (count > 0)
            {
                for (var i = 0; i < count; i++) Put(!half ? code : i % 2 == 0 ? code >> 4 : code & 15);
            }
            else if (code > Move)
            {
                for (var i = 0; i < code; i++)
                {
                    var value = Byte(data, at + (half ? i / 2 : i));
                    Put(!half ? value : i % 2 == 0 ? value >> 4 : value & 15);
                }
                var bytes = half ? (code + 1) / 2 : code;
                at += bytes + bytes % 2;
            }
            else if (code == EndOfLine)
            {
                (x, row) = (0, row + 1);
            }
            else if (code == Move)
            {
                (x, row) = (x + Byte(data, at), row + Byte(data, at + 1));
                at += 2;
            }
            else if (code == EndOfImage)
            {
                return indices;
            }
        }

        void Put(int index)
        {
            if (row >= bmp.Height || x >= bmp.Width) throw new InvalidDataException($"its runs leave the image at row {row}, column {x}");
            indices[(bmp.TopDown ? row : bmp.Height - 1 - row) * bmp.Width + x++] = (byte)index;
        }
    }

    private static int Byte(ReadOnlySpan<byte> data, int at) =>
        at < data.Length ? data[at] : throw new InvalidDataException($"it is truncated: its runs end after {data.Length} bytes");
}
