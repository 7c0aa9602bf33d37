using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Diffusion;

/// <summary>
/// Aligns a block's tokens with the features that a pretrained encoder gives of the clean image: the mean of 1 - cos(projector(h), feature) over tokens
/// (REPA, Yu et al. 2025).
/// </summary>
/// <remarks>
/// The features come along with the batch (<see cref="DenoisingBatch.Features"/>), computed before, or from an encoder at hand. The projector has weights
/// of its own, which a trainer trains with the model's; in a loop of your own, put <c>Projector.parameters()</c> into the optimizer. It is not needed for
/// sampling.
/// </remarks>
public sealed class RepresentationAlignmentLoss : IAuxiliaryLoss, IDisposable
{
    private readonly int _block;
    private readonly Func<DenoisingBatch, Tensor>? _features;

    /// <param name="block">The block whose output is aligned, from 0. The paper takes the 8th of 24 or 28, the 4th of 12.</param>
    /// <param name="width">The width of the model's tokens, D.</param>
    /// <param name="featureWidth">The width of the features, F; 768 for DINOv2-B.</param>
    /// <param name="features">
    /// The features of a batch's clean images, [B, T, F], one per token of the model, row by row; they stay the caller's. Default null: the batch's.
    /// </param>
    /// <param name="projectorWidth">The width of the projector's two hidden layers. Default 2048, the paper's.</param>
    /// <param name="weight">How much it counts. Default 0.5, the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public RepresentationAlignmentLoss(
        int block, long width, long featureWidth, Func<DenoisingBatch, Tensor>? features = null, long projectorWidth = 2048, double weight = 0.5)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(block);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(featureWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(projectorWidth, 1);
        (_block, _features, Weight) = (block, features, AuxiliaryWeight.Validated(weight));
        Projector = Sequential(
            Linear(width, projectorWidth), SiLU(), Linear(projectorWidth, projectorWidth), SiLU(), Linear(projectorWidth, featureWidth));
    }

    /// <inheritdoc/>
    public double Weight { get; }

    /// <inheritdoc/>
    public int? Block => _block;

    /// <summary>Tokens [B, T, D] to features [B, T, F]. Move it to the model's device.</summary>
    public Module<Tensor, Tensor> Projector { get; }

    Module IAuxiliaryLoss.Learned => Projector;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The features do not fit the tokens.</exception>
    public Tensor Loss(DenoisingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        var projected = Projector.call(batch.Hidden(_block)).to(ScalarType.Float32);                            // [B, T, F]
        var given = _features is null ? batch.Features : _features(batch);                                      // [B, T, F]
        if (given is null)
        {
            throw new ArgumentException("The batch has no features, and the loss was given no encoder. Read batches from a LatentCache with features, or " +
                "give the constructor a function.", nameof(batch));
        }
        var features = given.detach().to(ScalarType.Float32, projected.device);                                 // [B, T, F]
        if (!features.shape.AsSpan().SequenceEqual(projected.shape))
        {
            throw new ArgumentException($"The features are {Shapes.Print(features.shape)}, but the projected tokens are {Shapes.Print(projected.shape)}. " +
                "Resize the encoder's grid of features to the model's tokens.", nameof(batch));
        }
        return (1 - functional.cosine_similarity(projected, features, dim: 2).mean()).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the projector.</summary>
    public void Dispose() => Projector.Dispose();
}
