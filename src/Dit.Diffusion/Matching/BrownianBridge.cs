using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>A Brownian bridge: s = sigma sqrt(t (1 - t)), nothing at both ends (Tong et al. 2024, SB-CFM, equation 17).</summary>
/// <remarks>Its derivative is infinite at both ends and held below sigma / 4e-4 there, as torchcfm does.</remarks>
public sealed class BrownianBridge : IBridge
{
    /// <param name="sigma">Its diffusion, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite or not above 0.</exception>
    public BrownianBridge(double sigma)
    {
        if (!double.IsFinite(sigma) || sigma <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma,
                "A Schroedinger bridge without diffusion is plain optimal transport: take a sigma above 0, or FlowMatching.OptimalTransport.");
        }
        Sigma = sigma;
    }

    /// <summary>Its diffusion.</summary>
    public double Sigma { get; }

    /// <inheritdoc/>
    public Tensor Deviation(Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        return (Sigma * (t * (1 - t)).clamp_min(0).sqrt()).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Derivative(Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        return (Deviation(t) * (1 - 2 * t) / (2 * t * (1 - t) + 1e-8)).MoveToOuterDisposeScope();
    }
}
