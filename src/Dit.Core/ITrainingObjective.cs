using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>What a model is trained to minimise.</summary>
public interface ITrainingObjective
{
    /// <summary>The loss of a batch, with new noise and times.</summary>
    /// <param name="model">Takes noisy images [B, C, H, W], times [B] and labels [B] or <see langword="null"/>.</param>
    /// <param name="images">Clean images, [B, C, H, W], float32.</param>
    /// <param name="labels">Class ids, [B], int64; <see langword="null"/> where there are none.</param>
    /// <param name="generator">Where all random numbers are drawn from, on the device of the images; <see langword="null"/> for torch's own.</param>
    /// <returns>Scalar loss, float32, with its graph.</returns>
    Tensor Loss(Module<Tensor, Tensor, Tensor?, Tensor> model, Tensor images, Tensor? labels, Generator? generator = null);

    /// <value>
    /// What the objective itself learns: a trainer trains its parameters with the model's, such as those of a projector, and keeps all of its tensors in
    /// checkpoints. It is on the model's device. Default <see langword="null"/>: nothing.
    /// </value>
    Module? Learned => null;
}
