using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>What <see cref="OdeLikelihood"/> found.</summary>
/// <param name="LogDensity">ln p of each sample, a density, in nats: float64, [B].</param>
/// <param name="Noise">The noise that each sample comes from, [B, C, H, W].</param>
public sealed record Likelihood(Tensor LogDensity, Tensor Noise) : IDisposable
{
    /// <summary>The negative logarithm to base 2 per number of a sample.</summary>
    /// <param name="binWidth">
    /// The distance of neighbouring values in the data: 2 / 255 for 8-bit images in [-1, 1], which must have been dequantised by noise of that width.
    /// 1, the default, gives the bits of the density.
    /// </param>
    /// <returns>float64, [B]; the caller owns it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The width is not finite or not above 0.</exception>
    public Tensor BitsPerDimension(double binWidth = 1)
    {
        if (!double.IsFinite(binWidth) || binWidth <= 0)
            throw new ArgumentOutOfRangeException(nameof(binWidth), binWidth,
                "The distance of neighbouring values must be finite and above 0; it is 2 / 255 for 8-bit images in [-1, 1].");
        using var scope = NewDisposeScope();
        var dimensions = Noise.numel() / Noise.shape[0];
        return (-LogDensity / (dimensions * Math.Log(2)) - Math.Log2(binWidth)).MoveToOuterDisposeScope();
    }

    /// <summary>Disposes both tensors.</summary>
    public void Dispose()
    {
        LogDensity.Dispose();
        Noise.Dispose();
    }
}
