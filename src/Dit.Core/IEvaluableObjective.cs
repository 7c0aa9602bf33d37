using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>An objective that tells more than a batch's loss: that of each image and the time it was drawn at, and what was predicted.</summary>
/// <remarks>Losses by time, held-out losses and the distributions of predictions and targets are made of this.</remarks>
public interface IEvaluableObjective : ITrainingObjective
{
    /// <summary>
    /// Tells the times and losses of every batch whose loss is computed, on the thread that computes it. The tensors are
    /// without graph and are freed when the call returns.
    /// </summary>
    event Action<ImageLosses>? LossesKnown;

    /// <summary>
    /// The loss of a batch, image by image. Nothing learns from it: it is not told to <see cref="LossesKnown"/>, and a density of
    /// times that depends on earlier losses is replaced by the uniform one.
    /// </summary>
    /// <param name="model">Takes noisy images [B, C, H, W], times [B] and labels [B] or <see langword="null"/>.</param>
    /// <param name="batch">Images, conditions and features, on the model's device.</param>
    /// <param name="generator">Where all random numbers are drawn from, on the device of the images; <see langword="null"/> for torch's own.</param>
    /// <returns>The losses, and what they are made of; the caller owns the tensors.</returns>
    Evaluation Evaluate(Module<Tensor, Tensor, Tensor?, Tensor> model, Batch batch, Generator? generator = null);
}

/// <summary>The loss of each image of a batch.</summary>
/// <param name="Times">The time that was drawn for it, in [0, 1], [B].</param>
/// <param name="Losses">Its loss, [B], float32.</param>
public readonly record struct ImageLosses(Tensor Times, Tensor Losses);

/// <summary>What a model made of a batch.</summary>
/// <param name="Images">Times and losses, [B] each.</param>
/// <param name="Predictions">What the model predicted, [B, C, H, W].</param>
/// <param name="Targets">What it was to predict, [B, C, H, W].</param>
public readonly record struct Evaluation(ImageLosses Images, Tensor Predictions, Tensor Targets);
