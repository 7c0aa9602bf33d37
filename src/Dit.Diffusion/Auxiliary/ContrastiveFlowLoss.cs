using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// Keeps each prediction away from another image's target: the negative mean of |v_i - u_j|^2, where j is the image before i in the batch (Stoica et al.
/// 2025, "Contrastive Flow Matching").
/// </summary>
/// <remarks>
/// Below a weight of 1 the sum with the error is bounded below; the paper's is 0.05. A single image has no other: its loss is 0. Meant for a conditional model.
/// </remarks>
public sealed class ContrastiveFlowLoss : IAuxiliaryLoss
{
    /// <param name="weight">How much it counts, below 1. Default 0.05, the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is out of range.</exception>
    public ContrastiveFlowLoss(double weight = 0.05)
    {
        Weight = AuxiliaryWeight.Validated(weight);
        if (weight >= 1) throw new ArgumentOutOfRangeException(nameof(weight), weight, "From a weight of 1 on the loss falls without bound.");
    }

    /// <inheritdoc/>
    public double Weight { get; }

    /// <inheritdoc/>
    public Tensor Loss(DenoisingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Target.shape[0] < 2) return zeros([], ScalarType.Float32, batch.Target.device);
        using var scope = NewDisposeScope();
        return (-(batch.Prediction - batch.Target.roll(1, 0)).square().mean()).MoveToOuterDisposeScope();
    }
}
