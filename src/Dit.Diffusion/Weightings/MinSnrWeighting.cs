using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>min(SNR, gamma) on the data: easy times, near it, do not outweigh the others (Hang et al. 2023, "Min-SNR", section 3.4).</summary>
/// <remarks>On the noise min(SNR, gamma) / SNR, on v min(SNR, gamma) / (SNR + 1), where SNR = alpha^2 / sigma^2.</remarks>
public sealed class MinSnrWeighting : DataWeighting
{
    /// <param name="gamma">The largest weight of the data, above 0. Default 5, the paper's choice.</param>
    /// <exception cref="ArgumentOutOfRangeException">Gamma is not finite or not above 0.</exception>
    public MinSnrWeighting(double gamma = 5)
    {
        if (!double.IsFinite(gamma) || gamma <= 0) throw new ArgumentOutOfRangeException(nameof(gamma), gamma, "Gamma must be finite and above 0.");
        Gamma = gamma;
    }

    /// <summary>The largest weight of the data.</summary>
    public double Gamma { get; }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"min-SNR (gamma {Gamma})");

    /// <inheritdoc/>
    protected override Tensor OfData(PathCoefficients path) => minimum(path.Alpha.square(), Gamma * path.Sigma.square());
}
