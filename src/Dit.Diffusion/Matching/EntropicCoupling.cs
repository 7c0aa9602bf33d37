using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// Draws each image's noise from the plan of entropic optimal transport within the batch, by which flow matching approximates a Schroedinger bridge
/// (Tong et al. 2024, SB-CFM; the plan by Sinkhorn's iteration, Cuturi 2013).
/// </summary>
/// <remarks>
/// In float64 and in logarithms; nothing is copied from the device. A noise may be drawn for several images, but every image is used once, where torchcfm
/// draws both.
/// </remarks>
public sealed class EntropicCoupling : ICoupling
{
    /// <param name="regularization">How blurred the plan is, in units of squared distance, above 0; 2 sigma^2 for a bridge of deviation sigma.</param>
    /// <param name="iterations">How often Sinkhorn's iteration is repeated, at least 1. More for large distances.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public EntropicCoupling(double regularization, int iterations = 100)
    {
        if (!double.IsFinite(regularization) || regularization <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(regularization), regularization,
                "The regularization must be finite and above 0; for none use OptimalCoupling.");
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        (Regularization, Iterations) = (regularization, iterations);
    }

    /// <summary>How blurred the plan is, in units of squared distance.</summary>
    public double Regularization { get; }

    /// <summary>How often Sinkhorn's iteration is repeated.</summary>
    public int Iterations { get; }

    /// <inheritdoc/>
    public Tensor Pair(Tensor clean, Tensor noise, Generator? generator = null)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var log = LogPlan(TransportCost.Of(clean, noise));                                                      // [B, B]
        var gumbel = -(-rand(log.shape, dtype: ScalarType.Float64, device: log.device, generator: generator).clamp_min(1e-300).log()).log();
        return (log + gumbel).argmax(1).MoveToOuterDisposeScope();                                              // one draw per row
    }

    /// <summary>The logarithm of the plan, up to a constant. Its rows are exact, its columns converge.</summary>
    internal Tensor LogPlan(Tensor cost)
    {
        using var scope = NewDisposeScope();
        var kernel = cost / -Regularization;                                                                    // [B, B]
        var rows = zeros_like(cost).narrow(1, 0, 1);                                                            // [B, 1]
        var columns = zeros_like(cost).narrow(0, 0, 1);                                                         // [1, B]
        for (var i = 0; i < Iterations; i++)
        {
            using var inner = NewDisposeScope();
            columns = -(kernel + rows).logsumexp(0, keepdim: true);
            rows = -(kernel + columns).logsumexp(1, keepdim: true);
            inner.MoveToOuter(rows, columns);
        }
        return (kernel + rows + columns).MoveToOuterDisposeScope();
    }
}
