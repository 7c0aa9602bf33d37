using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>Divergence and likelihood of normal distributions, element by element, in nats.</summary>
public static class Gaussian
{
    /// <summary>KL(N(mean, variance) || N(otherMean, otherVariance)).</summary>
    /// <param name="mean">The mean of the first, of any shape.</param>
    /// <param name="logVariance">The logarithm of its variance.</param>
    /// <param name="otherMean">The mean of the second.</param>
    /// <param name="otherLogVariance">The logarithm of its variance.</param>
    /// <returns>The broadcast shape, not negative; the caller owns it.</returns>
    public static Tensor Divergence(Tensor mean, Tensor logVariance, Tensor otherMean, Tensor otherLogVariance)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(logVariance);
        ArgumentNullException.ThrowIfNull(otherMean);
        ArgumentNullException.ThrowIfNull(otherLogVariance);
        using var scope = NewDisposeScope();
        var spread = otherLogVariance - logVariance + (logVariance - otherLogVariance).exp() - 1;
        return (0.5 * (spread + (mean - otherMean).square() * (-otherLogVariance).exp())).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The logarithm of the probability of an 8-bit image under a normal distribution: its mass between half a level below and above; beyond -1 and 1
    /// lies the rest (Ho et al. 2020, equation 13).
    /// </summary>
    /// <param name="x">Pixels, levels of 2 / 255 in [-1, 1].</param>
    /// <param name="mean">The mean.</param>
    /// <param name="logDeviation">The logarithm of the standard deviation.</param>
    /// <returns>The broadcast shape, at least ln 1e-12; the caller owns it.</returns>
    public static Tensor DiscretizedLogLikelihood(Tensor x, Tensor mean, Tensor logDeviation)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(logDeviation);
        using var scope = NewDisposeScope();
        var centred = x - mean;
        var inverse = (-logDeviation).exp();
        var above = Cdf(inverse * (centred + 1.0 / 255));
        var below = Cdf(inverse * (centred - 1.0 / 255));
        var mass = where(x.lt(-0.999), above, where(x.gt(0.999), 1 - below, above - below));
        return mass.clamp_min(1e-12).log().MoveToOuterDisposeScope();
    }

    /// <summary>The cumulative distribution of N(0, 1) as the official code approximates it (Page 1977).</summary>
    /// <param name="x">Of any shape.</param>
    /// <returns>The same shape, in [0, 1]; the caller owns it.</returns>
    public static Tensor Cdf(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var scope = NewDisposeScope();
        var near = x.clamp(-20, 20);                                                // farther out it is 0 or 1, and the cube must not overflow
        return (0.5 * (1 + (Math.Sqrt(2 / Math.PI) * (near + 0.044715 * near.pow(3))).tanh())).MoveToOuterDisposeScope();
    }
}
