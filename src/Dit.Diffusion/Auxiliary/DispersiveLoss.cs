using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>
/// Spreads a batch's hidden states: ln of the mean of exp(-|h_i - h_j|^2 / (N tau)) over all pairs, where N is the number of their elements (Wang and He
/// 2025, "Diffuse and Disperse", InfoNCE with l2 distance). It needs no other model and no labels.
/// </summary>
/// <remarks>Each image's pair with itself counts, so that the loss is bounded below, by -ln B. Of a single image it is 0.</remarks>
public sealed class DispersiveLoss : IAuxiliaryLoss
{
    private readonly int _block;

    /// <param name="block">The block whose output is spread, from 0; about a quarter of the depth is usual.</param>
    /// <param name="weight">How much it counts. Default 0.5, the paper's.</param>
    /// <param name="temperature">The scale of distances, tau, above 0. Default 0.5, the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public DispersiveLoss(int block, double weight = 0.5, double temperature = 0.5)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(block);
        if (!double.IsFinite(temperature) || temperature <= 0)
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "The temperature must be finite and above 0.");
        (_block, Weight, Temperature) = (block, AuxiliaryWeight.Validated(weight), temperature);
    }

    /// <inheritdoc/>
    public double Weight { get; }

    /// <inheritdoc/>
    public int? Block => _block;

    /// <summary>The scale of distances.</summary>
    public double Temperature { get; }

    /// <inheritdoc/>
    public Tensor Loss(DenoisingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        var hidden = batch.Hidden(_block).flatten(1);                                                           // [B, T D]
        var logits = PairwiseDistance.MeanSquares(hidden) / -Temperature;                                       // [B, B]
        return (logits.flatten().logsumexp(0) - 2 * Math.Log(hidden.shape[0])).MoveToOuterDisposeScope();
    }
}
