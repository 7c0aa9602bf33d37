using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Independent normal distributions, one for each element: what an autoencoder's encoder says about the latents.</summary>
/// <remarks>
/// Kingma and Welling 2014, with the logarithm of the variance clamped to [-30, 20]. What the methods return is the caller's;
/// what the properties return belongs to the distribution.
/// </remarks>
public sealed class DiagonalGaussian : IDisposable
{
    private const double LeastLogVariance = -30;
    private const double MostLogVariance = 20;
    private static readonly double LogTwoPi = Math.Log(2 * Math.PI);

    /// <summary>Creates the distributions.</summary>
    /// <param name="moments">
    /// Means, then logarithms of variances, [B, 2C, ...], of any floating type, as <see cref="Moments"/> gives them (they may
    /// have been stored). They stay the caller's.
    /// </param>
    /// <exception cref="ArgumentException">The tensor has no such shape, or is not floating point.</exception>
    public DiagonalGaussian(Tensor moments)
    {
        ArgumentNullException.ThrowIfNull(moments);
        if (moments.dim() < 2 || moments.shape[1] % 2 != 0 || !moments.is_floating_point())
        {
            throw new ArgumentException(
                $"The moments are {moments.dtype} {CodecInputs.Print(moments.shape)}, but floating point [B, 2C, ...] is expected: means, then log-variances.",
                nameof(moments));
        }
        Moments = moments.alias();                                                // [B, 2C, ...]
        var halves = moments.chunk(2, dim: 1);
        Mean = halves[0];                                                         // [B, C, ...]
        using (halves[1])
            LogVariance = halves[1].clamp(LeastLogVariance, MostLogVariance);     // [B, C, ...]
        Variance = LogVariance.exp();                                             // [B, C, ...]
        using var half = LogVariance * 0.5;
        Deviation = half.exp();                                                   // [B, C, ...]
    }

    /// <value>Means, then unclamped logarithms of variances, [B, 2C, ...]: what is worth storing, as it can be sampled anew.</value>
    public Tensor Moments { get; }

    /// <value>Means, [B, C, ...].</value>
    public Tensor Mean { get; }

    /// <value>Logarithms of the variances, in [-30, 20], [B, C, ...].</value>
    public Tensor LogVariance { get; }

    /// <value>Standard deviations, [B, C, ...].</value>
    public Tensor Deviation { get; }

    /// <value>Variances, [B, C, ...].</value>
    public Tensor Variance { get; }

    /// <summary>The likeliest values, which are the means.</summary>
    /// <returns>[B, C, ...]; it shares its memory with <see cref="Mean"/>.</returns>
    public Tensor Mode() => Mean.alias();

    /// <summary>Draws from the distributions.</summary>
    /// <param name="generator">What is drawn from, on the device of the means; by default torch's global generator.</param>
    /// <returns>[B, C, ...].</returns>
    public Tensor Sample(Generator? generator = null)
    {
        using var noise = randn(Mean.shape, Mean.dtype, Mean.device, generator: generator);
        return Sample(noise);
    }

    /// <summary>Mean + deviation * noise.</summary>
    /// <param name="noise">Standard normal numbers, [B, C, ...].</param>
    /// <returns>[B, C, ...].</returns>
    /// <exception cref="ArgumentException">The noise is of another shape.</exception>
    public Tensor Sample(Tensor noise)
    {
        Check(noise, nameof(noise));
        using var scope = NewDisposeScope();
        return (Mean + Deviation * noise).MoveToOuterDisposeScope();
    }

    /// <summary>The Kullback-Leibler divergence from the standard normal distribution, KL(this || N(0, 1)).</summary>
    /// <returns>Sums over all elements of each sample, in nats, [B].</returns>
    public Tensor KullbackLeibler()
    {
        using var scope = NewDisposeScope();
        var terms = Mean.square() + Variance - 1 - LogVariance;                   // [B, C, ...]
        return (0.5 * Sum(terms)).MoveToOuterDisposeScope();                      // [B]
    }

    /// <summary>The Kullback-Leibler divergence from other distributions, KL(this || other).</summary>
    /// <param name="other">The distributions, of the same shape.</param>
    /// <returns>Sums over all elements of each sample, in nats, [B].</returns>
    /// <exception cref="ArgumentException">The other is of another shape.</exception>
    public Tensor KullbackLeibler(DiagonalGaussian other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Check(other.Mean, nameof(other));
        using var scope = NewDisposeScope();
        var terms = ((Mean - other.Mean).square() + Variance) / other.Variance - 1 - LogVariance + other.LogVariance;   // [B, C, ...]
        return (0.5 * Sum(terms)).MoveToOuterDisposeScope();                                                            // [B]
    }

    /// <summary>The negative logarithm of the density at some values.</summary>
    /// <param name="values">The values, [B, C, ...].</param>
    /// <returns>Sums over all elements of each sample, in nats, [B].</returns>
    /// <exception cref="ArgumentException">The values are of another shape.</exception>
    public Tensor NegativeLogLikelihood(Tensor values)
    {
        Check(values, nameof(values));
        using var scope = NewDisposeScope();
        var terms = (values - Mean).square() / Variance + LogVariance + LogTwoPi;     // [B, C, ...]
        return (0.5 * Sum(terms)).MoveToOuterDisposeScope();                          // [B]
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Moments.Dispose();
        Mean.Dispose();
        LogVariance.Dispose();
        Deviation.Dispose();
        Variance.Dispose();
    }

    private static Tensor Sum(Tensor terms) => terms.flatten(1).sum(dim: 1);

    private void Check(Tensor x, string parameter)
    {
        ArgumentNullException.ThrowIfNull(x, parameter);
        if (!x.shape.SequenceEqual(Mean.shape))
        {
            throw new ArgumentException(
                $"The shape is {CodecInputs.Print(x.shape)}, but the distribution's is {CodecInputs.Print(Mean.shape)}.", parameter);
        }
    }
}
