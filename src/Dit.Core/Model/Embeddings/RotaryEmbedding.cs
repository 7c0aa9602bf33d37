using Dit.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>Rotary positions in two dimensions (Su et al. 2021; EVA-02): half of a head turns with the row, half with the column.</summary>
/// <remarks>
/// Neighbouring channels (a, b) are one point of a plane, turned by p w_k with w_k = 10000^(-2k / (d/2)) and k = 0 .. d/4 - 1. The product of
/// a query and a key then depends on their distance alone. Tokens after those of the image (registers, conditions) are not turned.
/// </remarks>
public sealed class RotaryEmbedding : Module
{
    private const double MaxPeriod = 10_000;

    /// <summary>Creates the rotation of a grid of tokens in row-major order.</summary>
    /// <param name="headWidth">Width of a head, d; a positive multiple of 4.</param>
    /// <param name="rows">Tokens from top to bottom.</param>
    /// <param name="columns">Tokens from left to right.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or the width is no multiple of 4.</exception>
    public RotaryEmbedding(int headWidth, int rows, int columns) : base(nameof(RotaryEmbedding))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(headWidth);
        ArgumentOutOfRangeException.ThrowIfNotEqual(headWidth % 4, 0, nameof(headWidth));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        var tokens = rows * columns;
        var table = new float[tokens * headWidth];                                                           // [G, d]
        for (var token = 0; token < tokens; token++)
        {
            var (row, column) = Math.DivRem(token, columns);
            for (var channel = 0; channel < headWidth; channel += 2)
            {
                var k = channel % (headWidth / 2) / 2;
                var angle = (channel < headWidth / 2 ? row : column) * Math.Pow(MaxPeriod, -4.0 * k / headWidth);
                table[token * headWidth + channel] = (float)Math.Cos(angle);
                table[token * headWidth + channel + 1] = (float)Math.Sin(angle);
            }
        }
        register_buffer("table", tensor(table, [tokens, headWidth]), persistent: false);
    }

    /// <value>The cosine and the sine by which each pair of channels of each token is turned, [G, d]: the rotation that
    /// <see cref="FusedOps.Attention"/> takes.</value>
    public Tensor Table => get_buffer("table")!;
}
