using System.Numerics;
using Dit.Core;
using static TorchSharp.torch;
using Network = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor, TorchSharp.torch.Tensor?, TorchSharp.torch.Tensor>;

namespace Dit.Diffusion;

/// <summary>
/// Teaches one network to sample in 1, 2, 4, ... steps (Frans et al. 2025, "One Step Diffusion via Shortcut Models"): most of a batch is plain flow matching,
/// the rest makes a step of size 2d say what two steps of size d do.
/// </summary>
/// <remarks>
/// <para>
/// The network needs no second input: the step's size is told with the time, as 1000 (t + log2 of the size relative to the smallest). At the smallest size
/// that is rectified flow as ever, so that a network trained by <see cref="DenoisingObjective"/> can be taught further, and other samplers go on working.
/// </para>
/// <para>Sample with <see cref="EulerSampler"/> of as many steps as <see cref="Denoiser(DitModel, Tensor?, int)"/> is asked for. Guidance is not learned in.</para>
/// </remarks>
public sealed class ShortcutObjective : IEvaluableObjective
{
    private readonly ITimestepSampler _timesteps;
    private nn.Module? _learned;

    /// <param name="timesteps">The density of the times of plain flow matching; null: uniform.</param>
    /// <param name="mostSteps">How many steps the smallest size takes, a power of two from 2 on. Default 128, the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is no power of two.</exception>
    public ShortcutObjective(ITimestepSampler? timesteps = null, int mostSteps = 128)
    {
        if (mostSteps < 2 || !BitOperations.IsPow2(mostSteps))
            throw new ArgumentOutOfRangeException(nameof(mostSteps), mostSteps, "Step sizes are halves of each other: the most steps must be a power of two, at least 2.");
        (_timesteps, MostSteps) = (timesteps ?? new UniformTimesteps(), mostSteps);
    }

    /// <summary>How many steps the smallest size takes.</summary>
    public int MostSteps { get; }

    /// <summary>The part of a batch that is made consistent, rounded up to whole images, in (0, 1). Default 1/8, the paper's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part is out of range.</exception>
    public double ConsistentPart
    {
        get;
        init => field = value is > 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(ConsistentPart), value, "The part of the batch must be above 0 and below 1.");
    } = 0.125;

    /// <summary>Who says what two small steps do; null, the default: the network itself. The paper takes the averaged one, as <c>trainer.EmaModel</c>.</summary>
    public Network? Teacher { get; set; }

    /// <value>What times that learn from losses have learned, under <c>timesteps</c>; null where they do not.</value>
    public nn.Module? Learned => _timesteps is ILossAwareTimesteps { Learned: { } learned } ? _learned ??= nn.ModuleDict([("timesteps", learned)]) : null;

    private int Levels => BitOperations.Log2((uint)MostSteps);

    /// <inheritdoc/>
    /// <remarks>Those of the consistent part are among them: their loss is how far the step is from two of half its size.</remarks>
    public event Action<ImageLosses>? LossesKnown;

    /// <inheritdoc/>
    /// <remarks>A batch of one image is plain flow matching. Times that learn from losses draw, and learn from, those of the plain part.</remarks>
    /// <exception cref="ArgumentException">The images are not a batch of pictures, or the output's shape is not theirs.</exception>
    public Tensor Loss(Network model, Tensor images, Tensor? labels, Generator? generator = null)
    {
        using var scope = NewDisposeScope();
        var ((t, losses), _, _) = Compare(model, images, labels, _timesteps, generator);
        LossesKnown?.Invoke(new(t, losses.detach()));
        return (_timesteps is ILossAwareTimesteps aware ? Reweighted(aware, t, losses) : losses).mean().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>It has a consistent part too, which draws from the generator as in training.</remarks>
    public Evaluation Evaluate(Network model, Batch batch, Generator? generator = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        var ((t, losses), predictions, targets) = Compare(model, batch.Images, batch.Labels, _timesteps is ILossAwareTimesteps ? new UniformTimesteps() : _timesteps, generator);
        return new(new(t.MoveToOuterDisposeScope(), losses.MoveToOuterDisposeScope()), predictions.MoveToOuterDisposeScope(), targets.MoveToOuterDisposeScope());
    }

    /// <summary>The model and the labels to draw, ready for a walk of <see cref="EulerSampler"/> with so many steps.</summary>
    /// <param name="model">A model trained with this objective; it must outlive the denoiser.</param>
    /// <param name="labels">As for <see cref="DenoisingObjective.Denoiser(DitModel, Tensor?)"/>.</param>
    /// <param name="steps">How many steps the sampler makes: a power of two of at most <see cref="MostSteps"/>.</param>
    /// <returns>A denoiser for this number of steps and no other.</returns>
    /// <exception cref="ArgumentException">The labels do not fit the model, or the steps are no such power.</exception>
    public NetworkDenoiser Denoiser(DitModel model, Tensor? labels, int steps) => Objective(steps).Denoiser(model, labels);

    /// <summary>Any network and its labels, ready for a walk of <see cref="EulerSampler"/> with so many steps.</summary>
    /// <param name="network">(x_t [B, C, H, W], time [B], labels [B] or null) to its prediction [B, C, H, W]; it must outlive the denoiser.</param>
    /// <param name="labels">The class of each sample, [B] int64, or null; it must outlive the denoiser.</param>
    /// <param name="nullClass">The label that the network learned as "no label"; null: there is none.</param>
    /// <param name="steps">How many steps the sampler makes: a power of two of at most <see cref="MostSteps"/>.</param>
    /// <returns>A denoiser for this number of steps and no other.</returns>
    /// <exception cref="ArgumentException">The labels are not [B] int64, or the steps are no such power.</exception>
    public NetworkDenoiser Denoiser(Network network, Tensor? labels, long? nullClass, int steps) => Objective(steps).Denoiser(network, labels, nullClass);

    private DenoisingObjective Objective(int steps)
    {
        if (steps < 1 || steps > MostSteps || !BitOperations.IsPow2(steps))
            throw new ArgumentOutOfRangeException(nameof(steps), steps, $"A shortcut model takes 1, 2, 4, ..., {MostSteps} steps.");
        return new(new ShortcutFlow(Levels - BitOperations.Log2((uint)steps)), Prediction.FlowVelocity, _timesteps);
    }

    /// <summary>How many images, the first ones of a batch, are made consistent.</summary>
    private long Consistent(long count) => Math.Min((long)Math.Ceiling(count * ConsistentPart), count - 1);

    /// <summary>Draws times, noise and sizes, and compares. The tensors are the current scope's.</summary>
    private Evaluation Compare(Network model, Tensor images, Tensor? labels, ITimestepSampler timesteps, Generator? generator)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        if (images.ndim != 4 || images.numel() == 0)
            throw new ArgumentException($"The images are {Shapes.Print(images.shape)}, expected a batch [B, C, H, W] with at least one image.", nameof(images));

        var count = images.shape[0];
        var consistent = Consistent(count);
        var clean = images.to(ScalarType.Float32);                                                              // [B, C, H, W]
        var noise = randn(images.shape, dtype: ScalarType.Float32, device: images.device, generator: generator); // [B, C, H, W]
        var t = timesteps.Sample(count, images.device, generator);                                              // [B]
        var level = zeros_like(t);                                                                              // [B]
        if (consistent > 0)
        {
            var (times, levels) = Shortcuts(consistent, images.device, generator);                              // [K] each
            t = cat([times, t.narrow(0, consistent, count - consistent)]);
            level = cat([levels, level.narrow(0, consistent, count - consistent)]);
        }
        var column = t.view(-1, 1, 1, 1);
        var noisy = (1 - column) * clean + column * noise;                                                      // [B, C, H, W]
        var target = noise - clean;                                                                             // [B, C, H, W]
        if (consistent > 0)
        {
            Tensor First(Tensor all) => all.narrow(0, 0, consistent);
            var taught = TwoSteps(Teacher ?? model, First(noisy), First(t), First(level) - 1, labels is null ? null : First(labels));
            target = cat([taught, target.narrow(0, consistent, count - consistent)]);
        }
        var output = model.call(noisy, ShortcutFlow.NetworkTime(t, level), labels)!.to(ScalarType.Float32);     // [B, C, H, W]
        if (!output.shape.AsSpan().SequenceEqual(target.shape))
            throw new ArgumentException($"The model's output is {Shapes.Print(output.shape)}, but its target is {Shapes.Print(target.shape)}. Build the model with LearnedVariance = false.", nameof(model));
        return new(new(t, (output - target).square().flatten(1).mean([1])), output, target);
    }

    /// <summary>The losses that have the same expectation from times that were not drawn evenly, which learn from theirs.</summary>
    private Tensor Reweighted(ILossAwareTimesteps timesteps, Tensor t, Tensor losses)
    {
        var consistent = Consistent(t.shape[0]);
        Tensor Plain(Tensor all) => all.narrow(0, consistent, all.shape[0] - consistent);
        var weights = cat([ones(consistent, device: t.device), timesteps.Weights(Plain(t))]);                   // [B]
        timesteps.Observe(Plain(t), Plain(losses).detach());
        return weights * losses;
    }

    /// <summary>For each image a size of step above the smallest, and a time from which a whole number of such steps leads to the data.</summary>
    private (Tensor Times, Tensor Levels) Shortcuts(long count, Device device, Generator? generator)
    {
        Tensor Uniform() => rand(count, dtype: ScalarType.Float32, device: device, generator: generator);
        var level = (Uniform() * Levels).floor().clamp_max(Levels - 1) + 1;                                     // [K], 1 to Levels
        var steps = PowerOfTwo(Levels - level);                                                                 // [K], how many of this size there are
        return (((Uniform() * steps).floor() + 1).minimum(steps) / steps, level);                               // [K], 1 / steps to 1
    }

    private static Tensor PowerOfTwo(Tensor exponent) => (Math.Log(2) * exponent).exp().round();

    /// <summary>The mean velocity of two steps of the given level.</summary>
    private Tensor TwoSteps(Network network, Tensor x, Tensor t, Tensor level, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var evaluation = EvaluationMode.Of(network);
        Tensor Velocity(Tensor state, Tensor time) => network.call(state, ShortcutFlow.NetworkTime(time, level), labels)!.to(ScalarType.Float32);
        var size = PowerOfTwo(level) / MostSteps;                                                               // [K]
        var first = Velocity(x, t);                                                                             // [K, C, H, W]
        var second = Velocity(x - size.view(-1, 1, 1, 1) * first, t - size);
        return ((first + second) / 2).MoveToOuterDisposeScope();
    }
}
