using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>The same little noise at every time, data and noise included (Tong et al. 2024: the sigma of I-CFM and OT-CFM).</summary>
public sealed class ConstantBridge : IBridge
{
    /// <param name="sigma">Its deviation, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is not finite or not above 0.</exception>
    public ConstantBridge(double sigma)
    {
        if (!double.IsFinite(sigma) || sigma <= 0)
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "The deviation must be finite and above 0; for none leave out the bridge.");
        Sigma = sigma;
    }

    /// <summary>Its deviation.</summary>
    public double Sigma { get; }

    /// <inheritdoc/>
    public Tensor Deviation(Tensor t) => full_like(t, Sigma);

    /// <inheritdoc/>
    public Tensor Derivative(Tensor t) => zeros_like(t);
}
