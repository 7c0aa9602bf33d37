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
}
