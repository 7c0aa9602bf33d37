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

    private readonly int _tokens;

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
        _tokens = rows * columns;

        var (cosines, sines) = (new float[_tokens * headWidth], new float[_tokens * headWidth]);             // [T, d]
        for (var token = 0; token < _tokens; token++)
        {
            var (row, column) = Math.DivRem(token, columns);
            for (var channel = 0; channel < headWidth; channel++)
            {
                var k = channel % (headWidth / 2) / 2;
                var angle = (channel < headWidth / 2 ? row : column) * Math.Pow(MaxPeriod, -4.0 * k / headWidth);
                cosines[token * headWidth + channel] = (float)Math.Cos(angle);
                sines[token * headWidth + channel] = (float)Math.Sin(angle);
            }
        }
        register_buffer("cosines", tensor(cosines, [_tokens, headWidth]), persistent: false);
        register_buffer("sines", tensor(sines, [_tokens, headWidth]), persistent: false);
    }

    /// <param name="x">Queries or keys, [B, H, T, d], where T may exceed the grid.</param>
    /// <returns>[B, H, T, d], of the type of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">There are fewer tokens than the grid has.</exception>
    public Tensor Rotate(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.ndim != 4 || x.shape[2] < _tokens)
            throw new ArgumentException($"The queries or keys are {ModelInputs.Shape(x)}, expected [B, H, T, d] with T of at least {_tokens}.", nameof(x));
        using var scope = NewDisposeScope();
        var grid = x.narrow(2, 0, _tokens);                                                                  // [B, H, G, d]
        var pairs = grid.unflatten(-1, -1, 2).unbind(-1);                                                    // 2 x [B, H, G, d / 2]
        var turned = stack([-pairs[1], pairs[0]], dim: -1).flatten(-2);                                      // [B, H, G, d]
        var rotated = (grid * get_buffer("cosines")! + turned * get_buffer("sines")!).to(x.dtype);             // [B, H, G, d]
        return (x.shape[2] == _tokens ? rotated : cat([rotated, x.narrow(2, _tokens, x.shape[2] - _tokens)], dim: 2)).MoveToOuterDisposeScope();
    }
}
