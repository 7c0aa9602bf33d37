using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Samples.ImageNet;

/// <summary>
/// What stands in for the autoencoder where there is no GPU: JPEG's transform. Each block of 4 x 4 pixels becomes the 8 lowest cosine frequencies of its
/// brightness and the 2 lowest of each of its two colour differences, 12 numbers for 48. It needs no training, and its own error is small.
/// </summary>
/// <param name="device">Where images and latents are.</param>
internal sealed class CosineCodec(Device device) : ILatentCodec, IDisposable
{
    private const int Side = 4;

    // What gives the emoji's latents a deviation of 1; most of each picture is white, and what all share need not be learned.
    private const double Scale = 0.83;
    private const double MeanBrightness = 3.3;

    // An orthonormal basis of colours: brightness, blue against red, green against both.
    private static readonly double[][] Colours =
    [
        [1 / Math.Sqrt(3), 1 / Math.Sqrt(3), 1 / Math.Sqrt(3)], [1 / Math.Sqrt(2), 0, -1 / Math.Sqrt(2)], [1 / Math.Sqrt(6), -2 / Math.Sqrt(6), 1 / Math.Sqrt(6)],
    ];

    private static readonly (int Colour, int Vertical, int Horizontal)[] Waves =
    [
        (0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (0, 0, 2), (0, 2, 0), (0, 1, 2), (0, 2, 1), (1, 0, 0), (1, 0, 1), (2, 0, 0), (2, 0, 1),
    ];

    private readonly Tensor _basis = Basis().to(device, disposeAfter: true);       // [12, 3, 4, 4], orthonormal rows
    private readonly Tensor _mean = Mean().to(device, disposeAfter: true);         // [12, 1, 1]

    public int LatentChannels => Waves.Length;

    public int DownsamplingFactor => Side;

    public Tensor Encode(Tensor images, Generator? generator = null)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var waves = nn.functional.conv2d(images, _basis, strides: [Side, Side]);                                        // [B, 12, H/4, W/4]
        return (Scale * (waves - _mean)).MoveToOuterDisposeScope();
    }

    public Tensor Decode(Tensor latents)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var waves = latents / Scale + _mean;                                                                            // [B, 12, h, w]
        return nn.functional.conv_transpose2d(waves, _basis, strides: [Side, Side]).MoveToOuterDisposeScope();          // [B, 3, 4 h, 4 w]
    }

    public void Dispose()
    {
        _basis.Dispose();
        _mean.Dispose();
    }

    private static Tensor Basis()
    {
        var values = new float[Waves.Length, 3, Side, Side];
        for (var wave = 0; wave < Waves.Length; wave++)
            for (var c = 0; c < 3; c++)
                for (var y = 0; y < Side; y++)
                    for (var x = 0; x < Side; x++)
                        values[wave, c, y, x] = (float)(Colours[Waves[wave].Colour][c] * Cosine(Waves[wave].Vertical, y) * Cosine(Waves[wave].Horizontal, x));
        return tensor(values);
    }

    private static Tensor Mean()
    {
        var values = new float[Waves.Length, 1, 1];
        values[0, 0, 0] = (float)MeanBrightness;
        return tensor(values);
    }

    /// <summary>The discrete cosine transform (type II), orthonormal.</summary>
    private static double Cosine(int frequency, int place) =>
        Math.Sqrt((frequency == 0 ? 1.0 : 2.0) / Side) * Math.Cos(Math.PI * (place + 0.5) * frequency / Side);
}
