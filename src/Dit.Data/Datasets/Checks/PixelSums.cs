namespace Dit.Data;

/// <summary>Sums of bytes and of their squares by channel, in whole numbers.</summary>
internal sealed record PixelSums(int Images, long Pixels, Int128[] Sum, Int128[] Squares, bool IsGrey, bool IsMixed)
{
    public static PixelSums Of(PixelImage image)
    {
        var pixels = image.Pixels.Span;
        var channels = image.Channels;
        var (sum, squares, grey) = (new long[channels], new long[channels], channels == 3);
        for (var i = 0; i < pixels.Length; i += channels)
        {
            for (var c = 0; c < channels; c++)
            {
                sum[c] += pixels[i + c];
                squares[c] += pixels[i + c] * pixels[i + c];
            }
            grey &= pixels[i] == pixels[i + channels - 1] && pixels[i] == pixels[i + channels / 2];
        }
        return new PixelSums(1, pixels.Length / channels, [.. sum.Select(s => (Int128)s)], [.. squares.Select(s => (Int128)s)], grey, IsMixed: false);
    }

    public PixelSums Plus(PixelSums other) => Sum.Length != other.Sum.Length
        ? this with { IsMixed = true }
        : new PixelSums(Images + other.Images, Pixels + other.Pixels, [.. Sum.Zip(other.Sum, static (a, b) => a + b)],
            [.. Squares.Zip(other.Squares, static (a, b) => a + b)], IsGrey && other.IsGrey, IsMixed || other.IsMixed);

    public double Mean(int channel) => (double)Sum[channel] / Pixels;

    public double Deviation(int channel) => Deviation(Sum[channel], Squares[channel], Pixels);

    /// <summary>Over all channels together.</summary>
    public double Deviation() => Deviation(Sum.Aggregate((a, b) => a + b), Squares.Aggregate((a, b) => a + b), Pixels * Sum.Length);

    /// <summary>n sum(x^2) - sum(x)^2 is exact in 128 bits up to 10^16 values.</summary>
    private static double Deviation(Int128 sum, Int128 squares, long count) => Math.Sqrt((double)(squares * count - sum * sum)) / count;
}
