using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Tables of positions that are added to the tokens.</summary>
/// <remarks>A coordinate p becomes sines and cosines of p w_k with w_k = 10000^(-k / (d/2)), k = 0 .. d/2 - 1. Coordinates are the grid's integers.</remarks>
public static class PositionEmbedding
{
    private const double MaxPeriod = 10_000;

    /// <summary>The fixed two-dimensional embedding of MAE and DiT for a grid of tokens in row-major order.</summary>
    /// <remarks>The first D/2 channels encode the column and the last the row, each as [sin, cos], as the official implementation has it.</remarks>
    /// <param name="width">Width of a token, D; a positive multiple of 4.</param>
    /// <param name="rows">Tokens from top to bottom.</param>
    /// <param name="columns">Tokens from left to right.</param>
    /// <returns>float32 table, [rows * columns, D], computed in float64.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or the width is no multiple of 4.</exception>
    public static Tensor SinCos2D(int width, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNotEqual(width % 4, 0, nameof(width));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);

        var half = width / 2;
        var table = new float[rows * columns * width];                           // [G, D]
        for (var token = 0; token < rows * columns; token++)
        {
            var (row, column) = Math.DivRem(token, columns);
            var target = table.AsSpan(token * width, width);
            SinCos(column, target[..half]);
            SinCos(row, target[half..]);
        }
        return tensor(table, [rows * columns, width]);
    }

    /// <summary>The fixed one-dimensional embedding of the Transformer (Vaswani et al. 2017, section 3.5): sines and cosines alternate.</summary>
    /// <param name="width">Width of a token, D; a positive even number.</param>
    /// <param name="tokens">Number of tokens, T.</param>
    /// <returns>float32 table, [T, D], computed in float64.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or the width is odd.</exception>
    public static Tensor SinCos1D(int width, int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNotEqual(width % 2, 0, nameof(width));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokens);
        var table = new float[tokens * width];                                   // [T, D]
        var parts = new float[width];
        for (var token = 0; token < tokens; token++)
        {
            SinCos(token, parts);
            for (var k = 0; k < width / 2; k++)
                (table[token * width + 2 * k], table[token * width + 2 * k + 1]) = (parts[k], parts[width / 2 + k]);
        }
        return tensor(table, [tokens, width]);
    }

    /// <summary>A table for another grid: bicubic interpolation, as one resizes an image.</summary>
    /// <param name="table">Table, [T, D], of the old grid in row-major order.</param>
    /// <param name="from">The old grid.</param>
    /// <param name="to">The new grid.</param>
    /// <returns>Table, [rows * columns, D], of the new grid, differentiable; at the same size an equal copy.</returns>
    /// <exception cref="ArgumentException">The table is not of the old grid.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The new grid is empty.</exception>
    public static Tensor Resample(Tensor table, (int Rows, int Columns) from, (int Rows, int Columns) to)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.ndim != 2 || table.shape[0] != (long)from.Rows * from.Columns)
            throw new ArgumentException($"The table is {ModelInputs.Shape(table)}, expected [{from.Rows} * {from.Columns}, D].", nameof(table));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(to.Rows, nameof(to));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(to.Columns, nameof(to));
        using var scope = NewDisposeScope();
        if (from == to)
            return table.clone().MoveToOuterDisposeScope();
        var image = table.view(1, from.Rows, from.Columns, -1).permute(0, 3, 1, 2);                                          // [1, D, h, w]
        var resized = functional.interpolate(image, [to.Rows, to.Columns], mode: InterpolationMode.Bicubic, align_corners: false);   // [1, D, h', w']
        return resized.permute(0, 2, 3, 1).reshape(to.Rows * to.Columns, -1).contiguous().MoveToOuterDisposeScope();          // [h' w', D]
    }

    /// <summary>[sin(p w), cos(p w)] of one coordinate.</summary>
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
