using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>1 / (k + SNR)^gamma on the noise: less for times at which only imperceptible noise is left (Choi et al. 2022, "P2", equation 8).</summary>
public sealed class P2Weighting : DataWeighting
{
    /// <param name="gamma">How strongly, at least 0. Default 1.</param>
    /// <param name="k">The ratio below which weights level off, above 0. Default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">They are not finite, or out of range.</exception>
    public P2Weighting(double gamma = 1, double k = 1)
    {
        if (!double.IsFinite(gamma) || gamma < 0) throw new ArgumentOutOfRangeException(nameof(gamma), gamma, "Gamma must be finite and not negative.");
        if (!double.IsFinite(k) || k <= 0) throw new ArgumentOutOfRangeException(nameof(k), k, "k must be finite and above 0.");
        (Gamma, K) = (gamma, k);
    }

    /// <summary>How strongly.</summary>
    public double Gamma { get; }

    /// <summary>The ratio below which weights level off.</summary>
    public double K { get; }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"P2 (gamma {Gamma}, k {K})");

    /// <inheritdoc/>
    protected override Tensor OfData(PathCoefficients path) => path.Alpha.square() * (K + (path.Alpha / path.Sigma).square()).pow(-Gamma);
}
