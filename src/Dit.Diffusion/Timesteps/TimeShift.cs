using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// The timestep shift t' = s t / (1 + (s - 1) t), the same for training and sampling: images of more numbers need more noise to be as noisy (SD3, section
/// 5.3.2).
/// </summary>
/// <remarks>On the straight path it multiplies sigma / alpha by s. Two shifts are one with their product.</remarks>
public static class TimeShift
{
    /// <summary>Shifts a time.</summary>
    /// <param name="t">Time, in [0, 1].</param>
    /// <param name="shift">s: above 1 towards the noise, below 1 towards the data, above 0.</param>
    /// <returns>Time, in [0, 1]; the ends stay.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The shift is not finite or not above 0.</exception>
    public static double Apply(double t, double shift) => Validated(shift, nameof(shift)) * t / (1 + (shift - 1) * t);

    /// <summary>Shifts times.</summary>
    /// <param name="t">Times in [0, 1], of any shape.</param>
    /// <param name="shift">s: above 1 towards the noise, below 1 towards the data, above 0.</param>
    /// <returns>Times in [0, 1] of the same shape; the caller owns them.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The shift is not finite or not above 0.</exception>
    public static Tensor Apply(Tensor t, double shift)
    {
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        return (Validated(shift, nameof(shift)) * t / (1 + (shift - 1) * t)).MoveToOuterDisposeScope();
    }

    /// <summary>The shift for data of many numbers: sqrt(numbers / 4096), at least 1 (SD3, equation 23; Zheng et al. 2025, "RAE", section 4).</summary>
    /// <param name="numbers">How many numbers one image or latent has, C H W.</param>
    /// <returns>s.</returns>
    public static double ForNumbers(long numbers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numbers, 1);
        return Math.Max(1, Math.Sqrt(numbers / 4096.0));
    }

    /// <summary>The shift for many tokens: e^mu, with mu linear between 0.5 at 256 tokens and 1.15 at 4096 (FLUX.1; diffusers' "dynamic shifting").</summary>
    /// <param name="tokens">How many tokens the network sees.</param>
    /// <returns>s.</returns>
    public static double ForTokens(long tokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        return Math.Exp(0.5 + (1.15 - 0.5) * (tokens - 256) / (4096 - 256));
    }

    internal static double Validated(double shift, string parameter) => double.IsFinite(shift) && shift > 0
        ? shift
        : throw new ArgumentOutOfRangeException(parameter, shift, "The shift must be finite and above 0; 1 shifts nothing.");
}
