using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>The direction of the prediction over the channels of each pixel: the mean of 1 - cos(v, u) (FasterDiT, Yao et al. 2024; LightningDiT).</summary>
public sealed class CosineLoss : IAuxiliaryLoss
{
    /// <param name="weight">How much it counts. Default 1, LightningDiT's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is not finite or negative.</exception>
    public CosineLoss(double weight = 1) => Weight = AuxiliaryWeight.Validated(weight);

    /// <inheritdoc/>
    public double Weight { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The images have one channel, whose direction is no more than a sign.</exception>
    public Tensor Loss(DenoisingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Target.shape[1] < 2)
            throw new ArgumentException("The images have one channel, over which a cosine is no more than a sign. Leave out the CosineLoss.", nameof(batch));
        using var scope = NewDisposeScope();
        return (1 - nn.functional.cosine_similarity(batch.Prediction, batch.Target, dim: 1).mean()).MoveToOuterDisposeScope();
    }
}
