using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>A Gaussian path from data to noise: x_t = alpha(t) x_0 + sigma(t) eps, with eps ~ N(0, 1).</summary>
/// <remarks>
/// Time runs from t = 0, the data, to t = 1, the noise; alpha falls and sigma rises. Together with a <see cref="Prediction"/> it says what a
/// network learns, and every sampler works from it alone. To add a path, write its four coefficients and the inverse of its signal-to-noise ratio.
/// </remarks>
public interface INoiseSchedule
{
    /// <summary>The coefficient of the data.</summary>
    /// <param name="t">Time, in [0, 1].</param>
    /// <returns>alpha(t).</returns>
    double Alpha(double t);

    /// <summary>The coefficient of the noise.</summary>
    /// <param name="t">Time, in [0, 1].</param>
    /// <returns>sigma(t).</returns>
    double Sigma(double t);

    /// <summary>The derivative of <see cref="Alpha"/>.</summary>
    /// <param name="t">Time, in [0, 1].</param>
    /// <returns>d alpha / dt.</returns>
    double AlphaDerivative(double t);

    /// <summary>The derivative of <see cref="Sigma"/>.</summary>
    /// <param name="t">Time, in [0, 1].</param>
    /// <returns>d sigma / dt.</returns>
    double SigmaDerivative(double t);

    /// <summary>The time at which the path has a given signal-to-noise ratio.</summary>
    /// <param name="logSnr">ln(alpha^2 / sigma^2), natural logarithm; infinities are the ends of the path.</param>
    /// <returns>Time, in [0, 1].</returns>
    double TimeFromLogSnr(double logSnr);

    /// <summary>The signal-to-noise ratio, ln(alpha^2 / sigma^2).</summary>
    /// <param name="t">Time, in [0, 1].</param>
    /// <returns>Natural logarithm; infinite at the data, and at the noise where nothing of the data is left.</returns>
    double LogSnr(double t) => 2 * Math.Log(Alpha(t) / Sigma(t));

    /// <summary>What a network trained on this path is told in place of a time. Default 1000 t, for which the time embedding is made.</summary>
    /// <param name="t">Time, in [0, 1].</param>
    double NetworkTime(double t) => 1000 * t;

    /// <summary>What a network trained on this path is told in place of many times.</summary>
    /// <param name="t">Times in [0, 1], of any shape.</param>
    /// <returns>The same shape; the caller owns it.</returns>
    Tensor NetworkTime(Tensor t) => 1000 * t;

    /// <summary>The times of this path next to given ones: all times, unless it is discrete.</summary>
    /// <param name="t">Times in [0, 1], of any shape.</param>
    /// <returns>The same shape; the caller owns it.</returns>
    Tensor Snap(Tensor t) => t.alias();

    /// <summary>The coefficients of many times at once, on the device of <paramref name="t"/>, as training needs them.</summary>
    /// <remarks>
    /// This default asks the four functions above on the host, which on a GPU waits for the device once a step.
    /// A schedule with a closed form does better by writing it in tensors.
    /// </remarks>
    /// <param name="t">Times in [0, 1], of any shape.</param>
    /// <returns>Coefficients that broadcast with <paramref name="t"/>; the caller owns them.</returns>
    PathCoefficients At(Tensor t) => PathCoefficients.FromHost(this, t);
}
