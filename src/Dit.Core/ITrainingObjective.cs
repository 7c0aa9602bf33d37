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

    /// <summary>The loss of a batch, with new noise and times, from all that the batch carries. It is what <see cref="DitTrainer"/> calls.</summary>
    /// <param name="model">Takes noisy images [B, C, H, W], times [B] and labels [B] or <see langword="null"/>.</param>
    /// <param name="batch">Images, conditions and features. Unless overridden, the features are not looked at.</param>
    /// <param name="generator">Where all random numbers are drawn from, on the device of the images; <see langword="null"/> for torch's own.</param>
    /// <returns>Scalar loss, float32, with its graph.</returns>
    Tensor Loss(Module<Tensor, Tensor, Tensor?, Tensor> model, Batch batch, Generator? generator = null) =>
        Loss(model, batch.Images, batch.Labels, generator);

    /// <value>
    /// What the objective itself learns: a trainer trains its parameters with the model's, such as those of a projector, and keeps all of its tensors in
    /// checkpoints. It is on the model's device. Default <see langword="null"/>: nothing.
    /// </value>
    Module? Learned => null;
}
