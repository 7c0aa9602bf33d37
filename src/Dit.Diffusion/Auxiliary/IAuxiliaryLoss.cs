using static TorchSharp.torch;

namespace Dit.Diffusion;

/// <summary>A loss beside the error of the prediction: of hidden states, of the prediction, or of the batch as a whole.</summary>
public interface IAuxiliaryLoss
{
    /// <summary>How much it counts; finite.</summary>
    double Weight { get; }

    /// <summary>The block whose output it looks at, from 0; null if none, as by default. The network must then be a <see cref="Dit.Core.DitModel"/>.</summary>
    int? Block => null;

    /// <summary>What is trained with the model, such as a projector; null if nothing, as by default.</summary>
    nn.Module? Learned => null;

    /// <summary>The loss of a batch, unweighted.</summary>
    /// <param name="batch">The batch and what the network said about it.</param>
    /// <returns>A scalar, float32, with its graph; the caller owns it.</returns>
    Tensor Loss(DenoisingBatch batch);
}
