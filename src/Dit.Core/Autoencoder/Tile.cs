namespace Dit.Core;

/// <summary>A tile's extent along one axis.</summary>
/// <param name="Start">Its first latent.</param>
/// <param name="Length">Its latents.</param>
/// <param name="Weights">What its pixels count for; all tiles' weights at a pixel sum to 1.</param>
internal sealed record Tile(long Start, long Length, float[] Weights)
{
    /// <summary>Cuts an axis into as few tiles of equal length as overlap enough, evenly spread.</summary>
    /// <param name="length">Latents along the axis.</param>
    /// <param name="tiling">Length and overlap of the tiles.</param>
    /// <param name="factor">Pixels per latent.</param>
    public static Tile[] Cut(long length, DecodeTiling tiling, int factor)
    {
        var (size, step) = (Math.Min(tiling.TileSize, length), tiling.TileSize - tiling.Overlap);
        var count = length <= size ? 1 : (length - tiling.Overlap + step - 1) / step;
        var starts = new long[count];
        for (var i = 1; i < count; i++)
            starts[i] = i * (length - size) / (count - 1);

        var windows = new double[count][];
        var total = new double[length * factor];
        for (var i = 0; i < count; i++)
        {
            var before = i > 0 ? (starts[i - 1] + size - starts[i]) * factor : 0;             // pixels shared with the neighbours
            var after = i < count - 1 ? (starts[i] + size - starts[i + 1]) * factor : 0;
            windows[i] = Window(size * factor, before, after);
            for (var p = 0; p < windows[i].Length; p++)
                total[starts[i] * factor + p] += windows[i][p];
        }
        return [.. windows.Select((window, i) => new Tile(starts[i], size, [.. window.Select((w, p) => (float)(w / total[starts[i] * factor + p]))]))];
    }

    /// <summary>Rises over the pixels shared with the tile before, falls over those shared with the tile after, else 1.</summary>
    private static double[] Window(long length, long before, long after)
    {
        var window = new double[length];
        for (var p = 0; p < length; p++)
        {
            var rise = before > 0 ? (p + 0.5) / before : 1;
            var fall = after > 0 ? (length - p - 0.5) / after : 1;
            window[p] = Math.Min(1, Math.Min(rise, fall));
        }
        return window;
    }
}
