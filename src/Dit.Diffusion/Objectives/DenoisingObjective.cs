using Dit.Core;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Network = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor, TorchSharp.torch.Tensor?, TorchSharp.torch.Tensor>;

namespace Dit.Diffusion;

/// <summary>Teaches a network to tell data from noise: the error of its prediction at x_t = alpha x_0 + sigma eps.</summary>
/// <remarks>
/// With <see cref="RectifiedFlow"/> and <see cref="Prediction.FlowVelocity"/> this is flow matching (Lipman et al. 2023), with
/// <see cref="Prediction.Epsilon"/> the simple loss of DDPM (Ho et al. 2020). Known recipes have names: <see cref="OfficialDit"/>,
/// <see cref="FlowMatching"/>. Its mathematics is float32 whatever the network computes in.
/// </remarks>
public sealed partial class DenoisingObjective : IEvaluableObjective
{
    private readonly INoiseSchedule _schedule;
    private readonly Prediction _prediction;
    private readonly ITimestepSampler _timesteps;
    private nn.Module? _learned;

    /// <param name="schedule">The path from data to noise.</param>
    /// <param name="prediction">What the network learns to predict.</param>
    /// <param name="timesteps">The density from which times are drawn.</param>
    /// <exception cref="ArgumentException">The prediction cannot be learned on this path.</exception>
    public DenoisingObjective(INoiseSchedule schedule, Prediction prediction, ITimestepSampler timesteps)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(timesteps);
        (_schedule, _prediction, _timesteps) = (schedule, prediction.ValidatedFor(schedule, nameof(prediction)), timesteps);
        if (Refusal() is { } reason) throw new ArgumentException(reason, nameof(prediction));
        _earliest = Earliest();
    }

    /// <value>What the <see cref="Auxiliary"/> losses and times that learn from losses have learned: <c>timesteps</c>, <c>auxiliary_0</c>, ...</value>
    public nn.Module? Learned => _learned ??= Gather();

    /// <inheritdoc/>
    public event Action<ImageLosses>? LossesKnown;

    /// <summary>The loss of a batch: draws a time and a noise for every image, in this order, and compares.</summary>
    /// <param name="model">The network: (x_t [B, C, H, W], time [B], labels [B] or null) to its prediction [B, C, H, W].</param>
    /// <param name="images">Data, [B, C, H, W]; DiT's are in [-1, 1].</param>
    /// <param name="labels">Classes, [B] int64, or null.</param>
    /// <param name="generator">Random source, on the images' device; null: libtorch's own.</param>
    /// <returns>A scalar, float32, ready for backward; the caller owns it.</returns>
    /// <exception cref="ArgumentException">The images are not a batch of pictures, or the output's shape is not theirs.</exception>
    public Tensor Loss(Network model, Tensor images, Tensor? labels, Generator? generator = null) => Loss(model, images, labels, features: null, generator);

    /// <summary>The loss of a batch with its features, which a <see cref="RepresentationAlignmentLoss"/> may take.</summary>
    /// <param name="model">The network.</param>
    /// <param name="batch">Data, classes and features.</param>
    /// <param name="generator">Random source, on the images' device; null: libtorch's own.</param>
    /// <returns>A scalar, float32, ready for backward; the caller owns it.</returns>
    /// <exception cref="ArgumentException">The images are not a batch of pictures, or the output's shape is not theirs.</exception>
    public Tensor Loss(Network model, Batch batch, Generator? generator = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Loss(model, batch.Images, batch.Labels, batch.Features, generator);
    }

    private Tensor Loss(Network model, Tensor images, Tensor? labels, Tensor? features, Generator? generator)
    {
        using var scope = NewDisposeScope();
        var (t, (terms, _, _)) = Draw(model, images, labels, features, _timesteps, generator);
        LossesKnown?.Invoke(new(t, terms.PerImage().detach()));
        return (_timesteps is ILossAwareTimesteps aware ? Reweighted(terms, aware, t) : terms.Total()).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Evaluation Evaluate(Network model, Batch batch, Generator? generator = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        var timesteps = _timesteps is ILossAwareTimesteps ? new UniformTimesteps() : _timesteps;
        var (t, (terms, predictions, targets)) = Draw(model, batch.Images, batch.Labels, batch.Features, timesteps, generator);
        var losses = terms.PerImage();                                                                          // [B]
        return new(new(t.MoveToOuterDisposeScope(), losses.MoveToOuterDisposeScope()), predictions.MoveToOuterDisposeScope(), targets.MoveToOuterDisposeScope());
    }

    /// <summary>The loss of a batch at given times and with given noise, for hosts that draw their own. Nothing is paired.</summary>
    /// <param name="model">The network.</param>
    /// <param name="images">Data, [B, C, H, W].</param>
    /// <param name="labels">Classes, [B] int64, or null.</param>
    /// <param name="t">Times in [0, 1], [B].</param>
    /// <param name="noise">N(0, 1), [B, C, H, W].</param>
    /// <param name="bridgeNoise">N(0, 1), [B, C, H, W], which a <see cref="Bridge"/> needs; null without one.</param>
    /// <returns>A scalar, float32, ready for backward; the caller owns it.</returns>
    /// <exception cref="ArgumentException">A tensor does not fit the others.</exception>
    public Tensor Loss(Network model, Tensor images, Tensor? labels, Tensor t, Tensor noise, Tensor? bridgeNoise = null)
    {
        using var scope = NewDisposeScope();
        return Terms(model, images, labels, t, noise, bridgeNoise).Total().MoveToOuterDisposeScope();
    }

    /// <summary>What the loss of a batch at given times and with given noise is made of, image by image.</summary>
    /// <inheritdoc cref="Loss(Network, Tensor, Tensor?, Tensor, Tensor, Tensor?)"/>
    /// <returns>Its terms; the caller owns them.</returns>
    public LossTerms Terms(Network model, Tensor images, Tensor? labels, Tensor t, Tensor noise, Tensor? bridgeNoise = null)
    {
        using var scope = NewDisposeScope();
        var (error, bound, extra) = Compare(model, images, labels, features: null, t, noise, bridgeNoise).Terms;
        return new(error?.MoveToOuterDisposeScope(), bound?.MoveToOuterDisposeScope(), extra?.MoveToOuterDisposeScope());
    }

    /// <summary>Draws times and noise, and compares. The tensors are the current scope's.</summary>
    private (Tensor Times, (LossTerms Terms, Tensor Predictions, Tensor Targets) Compared) Draw(
        Network model, Tensor images, Tensor? labels, Tensor? features, ITimestepSampler timesteps, Generator? generator)
    {
        ValidateImages(images);
        var clean = images.to(ScalarType.Float32);                                                              // [B, C, H, W]
        Tensor Normal() => randn(images.shape, dtype: ScalarType.Float32, device: images.device, generator: generator);
        var t = timesteps.Sample(images.shape[0], images.device, generator);                                    // [B]
        var noise = Normal();                                                                                   // [B, C, H, W]
        if (Coupling is not null) noise = noise.index_select(0, Coupling.Pair(clean, noise, generator));
        var bridgeNoise = Bridge is null ? null : Normal();                                                     // [B, C, H, W]
        return (t, Compare(model, clean, labels, features, t, noise, bridgeNoise));
    }

    /// <summary>The terms, and what was compared, [B, C, H, W] each. The tensors are the current scope's.</summary>
    private (LossTerms Terms, Tensor Predictions, Tensor Targets) Compare(
        Network model, Tensor images, Tensor? labels, Tensor? features, Tensor t, Tensor noise, Tensor? bridgeNoise)
    {
        ArgumentNullException.ThrowIfNull(model);
        ValidateImages(images);
        Validate(images, t, noise, bridgeNoise);
        using var scope = NewDisposeScope();
        var clean = images.to(ScalarType.Float32);                                                              // [B, C, H, W]
        t = _schedule.Snap(Bounded(t));                                                                         // [B]
        var column = t.view(-1, 1, 1, 1);                                                                       // [B, 1, 1, 1]
        var path = _schedule.At(column);                                                                        // 4 x [B, 1, 1, 1]
        var noisy = path.Alpha * clean + path.Sigma * noise;                                                    // [B, C, H, W]
        if (Bridge is not null) noisy = noisy + Bridge.Deviation(column) * bridgeNoise!;

        using var hidden = HiddenStates.Of(model, Auxiliary);
        var (output, learned) = Predict(model, noisy, t, labels);                                               // [B, C, H, W] each
        var (scaled, target) = Compared(path, output, clean, noise);                                            // [B, C, H, W] each
        if (Bridge is not null) target = target + Bridge.Derivative(column) * bridgeNoise!;

        var bound = Bound == BoundLoss.None ? null : BoundOf(path, clean, noisy, output, learned, t);           // [B]
        var error = IsBoundAlone ? null : ErrorOf(path, scaled, target);                                        // [B]
        var extra = Sum(new DenoisingBatch(clean, labels, t, noisy, scaled, target, features, hidden is null ? null : hidden.Of));         // []
        var terms = new LossTerms(error?.MoveToOuterDisposeScope(), bound?.MoveToOuterDisposeScope(), extra?.MoveToOuterDisposeScope());
        return (terms, scaled.MoveToOuterDisposeScope(), target.MoveToOuterDisposeScope());
    }

    /// <summary>The same expectation from times that were not drawn evenly, which learn from it.</summary>
    private static Tensor Reweighted(LossTerms terms, ILossAwareTimesteps timesteps, Tensor t)
    {
        var losses = terms.PerImage();                                                                          // [B]
        var mean = (losses * timesteps.Weights(t)).mean();
        timesteps.Observe(t, losses.detach());
        return terms.Auxiliary is null ? mean : mean + terms.Auxiliary;
    }

    private ModuleDict<nn.Module>? Gather()
    {
        (string Name, nn.Module? Module)[] parts =
            [("timesteps", (_timesteps as ILossAwareTimesteps)?.Learned), .. Auxiliary.Select((loss, i) => ($"auxiliary_{i}", loss.Learned))];
        var learned = parts.Where(part => part.Module is not null).Select(part => (part.Name, part.Module!)).ToArray();
        return learned.Length == 0 ? null : nn.ModuleDict(learned);
    }

    /// <summary>Times, kept off the data where the velocity is infinite there.</summary>
    private Tensor Bounded(Tensor t) => _earliest > 0 ? t.to(ScalarType.Float32).clamp_min(_earliest) : t.to(ScalarType.Float32);

    private (Tensor Output, Tensor? Learned) Predict(Network model, Tensor noisy, Tensor t, Tensor? labels)
    {
        var input = Preconditioning?.Input(noisy, t) ?? noisy;                                                  // [B, C, H, W]
        var output = model.call(input, _timeScale is { } scale ? scale * t : _schedule.NetworkTime(t), labels)!.to(ScalarType.Float32);
        long[] expected = [.. noisy.shape];
        if (LearnsVariance) expected[1] *= 2;
        if (!output.shape.AsSpan().SequenceEqual(expected))
        {
            throw new ArgumentException($"The model's output is {Shapes.Print(output.shape)}, but this objective wants {Shapes.Print(expected)}. " + (LearnsVariance
                ? "It trains a learned variance: build the model with LearnedVariance = true."
                : "It has no use for a learned variance: build the model with LearnedVariance = false, or set Bound = BoundLoss.Hybrid."), nameof(model));
        }
        if (!LearnsVariance) return (Preconditioning?.Output(noisy, t, output) ?? output, null);
        var halves = output.chunk(2, dim: 1);                                                                   // 2 x [B, C, H, W]
        return (halves[0], halves[1]);
    }

    /// <summary>What is compared. A score is infinite at the data, so it is compared as sigma score = -eps.</summary>
    private (Tensor Output, Tensor Target) Compared(PathCoefficients path, Tensor output, Tensor clean, Tensor noise) =>
        _prediction == Prediction.Score ? (path.Sigma * output, -noise) : (output, _prediction.Target(path, clean, noise));

    private Tensor ErrorOf(PathCoefficients path, Tensor output, Tensor target)
    {
        var compared = _prediction == Prediction.Score ? Prediction.Epsilon : _prediction;
        if (LossSpace != compared)
        {
            Tensor Speed(Prediction quantity) => quantity.At(path).Determinant(path).abs();                     // [B, 1, 1, 1]
            var ratio = Speed(LossSpace) / Speed(compared).clamp_min(SmallestDivisor);                          // [B, 1, 1, 1]
            (output, target) = (ratio * output, ratio * target);
        }
        var error = Error.Of(output, target).flatten(1).mean([1]);                                              // [B]
        return Weighting is null ? error : error * Weighting.Weight(path, LossSpace).view(-1);
    }

    private Tensor BoundOf(PathCoefficients path, Tensor clean, Tensor noisy, Tensor output, Tensor? learned, Tensor t)
    {
        var predicted = _prediction.Convert(Prediction.Sample, path, noisy, IsBoundAlone ? output : output.detach());     // [B, C, H, W]
        var logVariance = learned is null ? _bound!.FixedLogVariance(FixedVariance!.Value, t, noisy) : _bound!.LearnedLogVariance(learned, t);
        var steps = _bound.Schedule.StepCount;
        return _bound.Terms(clean, noisy, predicted, logVariance, t) * Bound switch
        {
            BoundLoss.RescaledHybrid => steps / 1000.0,
            BoundLoss.RescaledFull => steps,
            _ => 1,
        };
    }

    private Tensor? Sum(DenoisingBatch batch)
    {
        Tensor? sum = null;
        foreach (var loss in Auxiliary)
        {
            var weighted = loss.Weight * loss.Loss(batch);                                                      // []
            sum = sum is null ? weighted : sum + weighted;
        }
        return sum;
    }

    private static void ValidateImages(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.ndim != 4 || images.numel() == 0)
            throw new ArgumentException($"The images are {Shapes.Print(images.shape)}, expected a batch [B, C, H, W] with at least one image.", nameof(images));
    }

    private void Validate(Tensor images, Tensor t, Tensor noise, Tensor? bridgeNoise)
    {
        ArgumentNullException.ThrowIfNull(t);
        ArgumentNullException.ThrowIfNull(noise);
        if (t.ndim != 1 || t.shape[0] != images.shape[0])
            throw new ArgumentException($"The times are {Shapes.Print(t.shape)} for images of {Shapes.Print(images.shape)}; give one for each, [B].", nameof(t));
        if (!noise.shape.AsSpan().SequenceEqual(images.shape))
            throw new ArgumentException($"The noise is {Shapes.Print(noise.shape)} for images of {Shapes.Print(images.shape)}; it must be of their shape.", nameof(noise));
        if ((Bridge is null) != (bridgeNoise is null) || (bridgeNoise is not null && !bridgeNoise.shape.AsSpan().SequenceEqual(images.shape)))
            throw new ArgumentException("A bridge needs noise of its own, of the images' shape, and nothing else does.", nameof(bridgeNoise));
    }
}
