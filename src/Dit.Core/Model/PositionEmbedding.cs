using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>The fixed two-dimensional sine-cosine position embedding of MAE and DiT.</summary>
/// <remarks>
/// A coordinate p becomes [sin(p w), cos(p w)] with w_k = 10000^(-k / (d/2)) and d = D/2. The first D/2 channels of a token
/// encode its column and the last its row, as the official implementation has it. Coordinates are the grid's integers.
/// </remarks>
public static class PositionEmbedding
{
    private const double MaxPeriod = 10_000;

    /// <summary>The table for a square grid of tokens in row-major order.</summary>
    /// <param name="width">Width of a token, D; a positive multiple of 4.</param>
    /// <param name="gridSize">Tokens along one side, G.</param>
    /// <returns>float32 table, [G * G, D], computed in float64.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or the width is no multiple of 4.</exception>
    public static Tensor SinCos2D(int width, int gridSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNotEqual(width % 4, 0, nameof(width));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(gridSize);

        var coordinates = new float[gridSize * width / 2];                       // one coordinate's embedding, [G, D/2]
        for (var position = 0; position < gridSize; position++)
            SinCos(position, coordinates.AsSpan(position * width / 2, width / 2));

        var table = new float[gridSize * gridSize * width];                      // [G, G, D]
        for (var token = 0; token < gridSize * gridSize; token++)
        {
            var (row, column) = Math.DivRem(token, gridSize);
            var target = table.AsSpan(token * width, width);
            coordinates.AsSpan(column * width / 2, width / 2).CopyTo(target);
            coordinates.AsSpan(row * width / 2, width / 2).CopyTo(target[(width / 2)..]);
        }
        return tensor(table, [gridSize * gridSize, width]);
    }

    private static void SinCos(double position, Span<float> embedding)
    {
        var half = embedding.Length / 2;
        for (var k = 0; k < half; k++)
        {
            var angle = position * (1 / Math.Pow(MaxPeriod, (double)k / half));
            embedding[k] = (float)Math.Sin(angle);
            embedding[half + k] = (float)Math.Cos(angle);
        }
    }
}
