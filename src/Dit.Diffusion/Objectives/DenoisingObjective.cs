using Dit.Core;
using static TorchSharp.torch;
using Network = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor, TorchSharp.torch.Tensor?, TorchSharp.torch.Tensor>;

namespace Dit.Diffusion;

/// <summary>Teaches a network to tell data from noise: the mean squared error of its prediction at x_t = alpha x_0 + sigma eps.</summary>
/// <remarks>
/// With <see cref="RectifiedFlow"/> and <see cref="Prediction.FlowVelocity"/> this is flow matching (Lipman et al. 2023), with
/// <see cref="Prediction.Epsilon"/> the simple loss of DDPM (Ho et al. 2020). Its mathematics is float32 whatever the network computes in.
/// </remarks>
public sealed class DenoisingObjective : ITrainingObjective
{
    private readonly INoiseSchedule _schedule;
    private readonly Prediction _prediction;
    private readonly ITimestepSampler _timesteps;
    private readonly double? _timeScale;

    /// <param name="schedule">The path from data to noise.</param>
    /// <param name="prediction">What the network learns to predict.</param>
    /// <param name="timesteps">The density from which times are drawn.</param>
    public DenoisingObjective(INoiseSchedule schedule, Prediction prediction, ITimestepSampler timesteps)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(timesteps);
        (_schedule, _prediction, _timesteps) = (schedule, prediction.Validated(nameof(prediction)), timesteps);
    }

    /// <summary>The network is told TimeScale * t.</summary>
    /// <value>
    /// Default null: what the path says, 1000 t, for which the sinusoids of the time embedding are made, or the index of a discrete step. SiT's
    /// checkpoints take 1.
    /// </value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite or not above 0.</exception>
    public double? TimeScale
    {
        get => _timeScale;
        init => _timeScale = value is null || (double.IsFinite(value.Value) && value > 0)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(TimeScale), value, "The time scale must be finite and above 0.");
    }

    /// <summary>The loss of a batch: draws a time and a noise for every image, in this order, and compares.</summary>
    /// <param name="model">The network: (x_t [B, C, H, W], time [B], labels [B] or null) to its prediction [B, C, H, W].</param>
    /// <param name="images">Data, [B, C, H, W]; DiT's are in [-1, 1].</param>
    /// <param name="labels">Classes, [B] int64, or null.</param>
    /// <param name="generator">Random source, on the images' device; null: libtorch's own.</param>
    /// <returns>A scalar, float32, ready for backward; the caller owns it.</returns>
    /// <exception cref="ArgumentException">The images are not a batch of pictures, or the output's shape is not theirs.</exception>
    public Tensor Loss(Network model, Tensor images, Tensor? labels, Generator? generator = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        if (images.ndim != 4 || images.numel() == 0)
            throw new ArgumentException($"The images are {Shapes.Print(images.shape)}, expected a batch [B, C, H, W] with at least one image.", nameof(images));

        using var scope = NewDisposeScope();
        var clean = images.to(ScalarType.Float32);                                                              // [B, C, H, W]
        var t = _schedule.Snap(_timesteps.Sample(images.shape[0], images.device, generator));                   // [B]
        var noise = randn(images.shape, dtype: ScalarType.Float32, device: images.device, generator: generator); // [B, C, H, W]
        var path = _schedule.At(t.view(-1, 1, 1, 1));                                                           // 4 x [B, 1, 1, 1]
        var noisy = path.Alpha * clean + path.Sigma * noise;                                                    // [B, C, H, W]
        var target = _prediction.Target(path, clean, noise);                                                    // [B, C, H, W]
        var output = model.call(noisy, _timeScale is { } scale ? scale * t : _schedule.NetworkTime(t), labels)!.to(ScalarType.Float32);                         // [B, C, H, W]
        if (!output.shape.AsSpan().SequenceEqual(target.shape))
            throw new ArgumentException($"The model's output is {Shapes.Print(output.shape)}, but its target is {Shapes.Print(target.shape)}. " +
                "This objective has no use for a learned variance: build the model with LearnedVariance = false.", nameof(model));
        return nn.functional.mse_loss(output, target).MoveToOuterDisposeScope();
    }

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
        return new(model, _schedule, _prediction, _timeScale, labels, model.Config.HasNullClass ? model.NoCondition : null);
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
        return new(network, _schedule, _prediction, _timeScale, labels, nullClass);
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
