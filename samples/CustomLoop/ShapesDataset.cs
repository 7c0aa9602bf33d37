using Dit.Data;

namespace Dit.Samples.CustomLoop;

/// <summary>A data set of the application's own: discs, squares and triangles in bright colours on dark ones, drawn as they are asked for.</summary>
/// <param name="size">Pixels from side to side.</param>
/// <param name="count">How many images there are.</param>
internal sealed class ShapesDataset(int size, int count) : IImageDataset
{
    public const int Classes = 3;
    private const int Samples = 4;                                            // rays from side to side of a pixel: smooth edges

    public int Count => count;

    /// <summary>The same index always gives the same image, so that a training can be repeated.</summary>
    public LabeledImage Read(int index)
    {
        var random = new Random(index);
        var shape = index % Classes;
        var (x, y, radius) = (Between(random, 0.35, 0.65), Between(random, 0.35, 0.65), Between(random, 0.2, 0.32));
        var (ink, paper) = (Colour(random, 140, 256), Colour(random, 0, 70));
        var pixels = new byte[size * size * 3];                               // [H, W, 3]
        for (var i = 0; i < size * size; i++)
        {
            var inside = Coverage(shape, i % size, i / size, x, y, radius);
            for (var c = 0; c < 3; c++)
                pixels[3 * i + c] = (byte)Math.Round(paper[c] + (ink[c] - paper[c]) * inside);
        }
        return new LabeledImage(new PixelImage(pixels, size, size, channels: 3), shape);
    }

    /// <summary>The share of a pixel that the shape covers.</summary>
    private double Coverage(int shape, int column, int row, double x, double y, double radius)
    {
        var hits = 0;
        for (var i = 0; i < Samples * Samples; i++)
        {
            var dx = ((column + (i % Samples + 0.5) / Samples) / size - x) / radius;
            var dy = ((row + (i / Samples + 0.5) / Samples) / size - y) / radius;
            var inside = shape switch
            {
                0 => dx * dx + dy * dy < 1,
                1 => Math.Max(Math.Abs(dx), Math.Abs(dy)) < 0.85,
                _ => dy < 0.75 && dy > 2 * Math.Abs(dx) - 1,
            };
            hits += inside ? 1 : 0;
        }
        return hits / (double)(Samples * Samples);
    }

    private static double Between(Random random, double low, double high) => low + (high - low) * random.NextDouble();

    private static int[] Colour(Random random, int low, int high) => [random.Next(low, high), random.Next(low, high), random.Next(low, high)];
}
