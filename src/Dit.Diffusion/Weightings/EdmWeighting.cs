using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// (s^2 + sigma_data^2) / (s sigma_data)^2 on the data, s = sigma / alpha: EDM's, 1 on its preconditioned network (Karras et al. 2022, section 5).
/// </summary>
public sealed class EdmWeighting : DataWeighting
{
    /// <param name="sigmaData">The standard deviation of the data, above 0. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite or not above 0.</exception>
    public EdmWeighting(double sigmaData = 0.5)
    {
        if (!double.IsFinite(sigmaData) || sigmaData <= 0)
            throw new ArgumentOutOfRangeException(nameof(sigmaData), sigmaData, "The standard deviation of the data must be finite and above 0.");
        SigmaData = sigmaData;
    }

    /// <summary>The standard deviation of the data.</summary>
    public double SigmaData { get; }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"EDM's (sigma_data {SigmaData})");

    /// <inheritdoc/>
    protected override Tensor OfData(PathCoefficients path) => path.Alpha.square() + path.Sigma.square() / (SigmaData * SigmaData);
}
