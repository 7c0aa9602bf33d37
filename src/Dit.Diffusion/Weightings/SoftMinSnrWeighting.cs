using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// SNR gamma / (SNR + gamma) on the data: <see cref="MinSnrWeighting"/> without its corner (Crowson et al. 2024, "Hourglass diffusion"; k-diffusion).
/// </summary>
/// <remarks>k-diffusion writes it 1 / (s^2 + sigma_data^2), with s = sigma / alpha: gamma = 1 / sigma_data^2.</remarks>
public sealed class SoftMinSnrWeighting : DataWeighting
{
    /// <param name="gamma">The largest weight of the data, above 0. Default 4: data of standard deviation 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">Gamma is not finite or not above 0.</exception>
    public SoftMinSnrWeighting(double gamma = 4)
    {
        if (!double.IsFinite(gamma) || gamma <= 0) throw new ArgumentOutOfRangeException(nameof(gamma), gamma, "Gamma must be finite and above 0.");
        Gamma = gamma;
    }

    /// <summary>The largest weight of the data.</summary>
    public double Gamma { get; }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"soft min-SNR (gamma {Gamma})");

    /// <inheritdoc/>
    protected override Tensor OfData(PathCoefficients path)
    {
        var (signal, noise) = (path.Alpha.square(), Gamma * path.Sigma.square());
        return signal * noise / (signal + noise);
    }
}
