using Dit.Core;
using static TorchSharp.torch;
using Network = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor, TorchSharp.torch.Tensor?, TorchSharp.torch.Tensor>;

namespace Dit.Diffusion;

public sealed partial class DenoisingObjective
{
    /// <summary>The model and the labels to draw, ready for a sampler.</summary>
    /// <param name="model">A model trained with this objective; it must outlive the denoiser.</param>
    /// <param name="labels">
    /// The class of each sample, [B] int64, each in [0, Classes), or what else the model is conditioned on (<see cref="DitConfig.Condition"/>); it
    /// must outlive the denoiser. Null for a model without conditions, or for samples of none in particular.
    /// </param>
    /// <returns>A denoiser; add guidance with <see cref="GuidedDenoiser"/>.</returns>
    /// <exception cref="ArgumentException">The labels are of the wrong type, shape or range, or the model takes none, or cannot do without.</exception>
    public NetworkDenoiser Denoiser(DitModel model, Tensor? labels = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var classes = model.Config.Classes;
        if (labels is null && classes > 0 && !model.Config.HasNullClass)
            throw new ArgumentNullException(
                nameof(labels), $"The model knows {classes} classes and never learned to do without (LabelDropout = 0): say which class each sample is to be.");
        if (labels is not null && classes > 0 && model.Config.Condition == ConditionType.Classes) ValidateLabels(labels, classes);
        else if (labels is not null) model.CheckCondition(labels, nameof(labels));
        return new(model, _schedule, _prediction, _timeScale, labels, model.Config.HasNullClass ? model.NoCondition : null) { Preconditioning = Preconditioning };
    }

    /// <summary>Any network and its labels, ready for a sampler.</summary>
    /// <param name="network">(x_t [B, C, H, W], time [B], labels [B] or null) to its prediction [B, C, H, W]; it must outlive the denoiser.</param>
    /// <param name="labels">The class of each sample, [B] int64, or null; it must outlive the denoiser.</param>
    /// <param name="nullClass">The label that the network learned as "no label", which guidance needs; null: there is none.</param>
    /// <returns>A denoiser.</returns>
    /// <exception cref="ArgumentException">The labels are not [B] int64.</exception>
    public NetworkDenoiser Denoiser(Network network, Tensor? labels, long? nullClass)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (labels is not null) ValidateLabels(labels, classes: null);
        return new(network, _schedule, _prediction, _timeScale, labels, nullClass) { Preconditioning = Preconditioning };
    }

    private static void ValidateLabels(Tensor labels, long? classes)
    {
        if (labels.ndim != 1 || labels.dtype != ScalarType.Int64 || labels.numel() == 0)
            throw new ArgumentException($"The labels are {labels.dtype} {Shapes.Print(labels.shape)}, expected Int64 [B] with at least one.", nameof(labels));
        if (classes is not { } known) return;
        using var scope = NewDisposeScope();
        var (least, most) = (labels.min().item<long>(), labels.max().item<long>());
        if (least < 0 || most >= known)
            throw new ArgumentOutOfRangeException(nameof(labels), $"The labels run from {least} to {most}, but the model knows the classes 0 to {known - 1}.");
    }
}
