namespace Dit.Diffusion;

/// <summary>What can be done to any denoiser.</summary>
public static class DenoiserExtensions
{
    /// <summary>Holds the expected data within a range: see <see cref="ClippedDenoiser"/>.</summary>
    /// <param name="denoiser">The denoiser.</param>
    /// <param name="limit">The data is held within -limit and limit. Default 1, the range of images.</param>
    /// <returns>The clipped denoiser.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not finite or not above 0.</exception>
    public static ClippedDenoiser Clipped(this Denoiser denoiser, double limit = 1) => new(denoiser, limit);

    /// <summary>Brings the expected data into the range of images sample by sample: see <see cref="ThresholdedDenoiser"/>.</summary>
    /// <param name="denoiser">The denoiser.</param>
    /// <param name="quantile">Which quantile of a sample's magnitudes is its threshold, in (0, 1]. Default 0.995.</param>
    /// <param name="most">The largest threshold, at least 1. Default: none. At 1 the data is merely clipped.</param>
    /// <returns>The thresholded denoiser.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The quantile or the largest threshold is out of range.</exception>
    public static ThresholdedDenoiser Thresholded(this Denoiser denoiser, double quantile = 0.995, double most = double.PositiveInfinity) => new(denoiser, quantile, most);
}
