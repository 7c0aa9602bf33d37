using Dit.Torch;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Trains a model: optimizer, gradient clipping, averaged weights, checkpoints, reports.</summary>
/// <remarks>
/// A trainer is used by one thread at a time. All random numbers of a training come from <see cref="DitTrainerOptions.Seed"/>;
/// a training that was stopped and resumed gives the same bytes as one that was not, with float32 on the CPU.
/// </remarks>
public sealed partial class DitTrainer : IDisposable
{
    private readonly DitModel _model;
    private readonly ITrainingObjective _objective;
    private readonly nn.Module? _learned;
    private readonly DitTrainerOptions _options;
    private readonly ILogger _logger;
    private readonly Device _device;
    private readonly Precision _precision;
    private readonly Generator _generator;
    private readonly OptimizerRun _optimizer;
    private readonly ExponentialMovingAverage[] _averages;
    private readonly int _reportEvery;
    private readonly Pace _pace = new();
    private readonly HashSet<ITrainingObserver> _failed = [];
    private int _skippedInARow;
    private bool _disposed;

    /// <summary>Prepares a training. The model stays the caller's; its weights are changed by the training.</summary>
    /// <param name="model">The model, with float32 weights, on the device to train on.</param>
    /// <param name="objective">What is minimised.</param>
    /// <param name="options">Settings; by default the official ones.</param>
    /// <param name="loggerFactory">Where the training logs to.</param>
    /// <exception cref="ArgumentException">The options are not valid, or the model's weights are not float32.</exception>
    public DitTrainer(DitModel model, ITrainingObjective objective, DitTrainerOptions? options = null, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(objective);
        _options = (options ?? new DitTrainerOptions()).Validate();
        var first = model.parameters().First();
        if (first.dtype != float32)
        {
            throw new ArgumentException(
                $"The model's weights are {first.dtype}; train with float32 weights, and choose the arithmetic with DitTrainerOptions.Precision.", nameof(model));
        }
        _model = model;
        (_objective, _learned) = (objective, objective.Learned);
        _logger = loggerFactory?.CreateLogger<DitTrainer>() ?? NullLogger<DitTrainer>.Instance;
        _device = first.device;
        _precision = Engine.Resolve(_options.Precision, _device);
        _reportEvery = _options.ReportEvery ?? (_device.type == DeviceType.CPU ? 1 : 20);
        _generator = new Generator(_options.Seed, _device);
        _model.DropoutGenerator = _generator;
        _optimizer = new OptimizerRun(model, _learned, _options);
        EmaProfile[] profiles = [.. _options.Averages ?? [new ConstantEma(_options.EmaDecay)]];
        EmaModels = [.. profiles.Select(_ => NewAverage(model))];
        _averages = [.. EmaModels.Zip(profiles, ExponentialMovingAverage.In)];
    }

    /// <value>The model with averaged weights, in evaluation mode. It belongs to the trainer and changes with every step.</value>
    public DitModel EmaModel => EmaModels[0];

    /// <value>One model for each of <see cref="DitTrainerOptions.Averages"/>, in evaluation mode.</value>
    public IReadOnlyList<DitModel> EmaModels { get; }

    /// <value>Who is told how the training goes.</value>
    public IList<ITrainingObserver> Observers { get; } = [];

    /// <value>Steps done, those before a resume included.</value>
    public long Step { get; private set; }

    /// <value>Images seen, those before a resume included; one that was seen in two epochs counts twice.</value>
    public long ImagesSeen { get; private set; }

    /// <value>Steps that were left out because their loss or gradient was no number.</value>
    public long SkippedSteps { get; private set; }

    /// <summary>Makes one step: loss, gradients, clipping, optimizer, average. For hosts with a loop of their own.</summary>
    /// <param name="batch">The batch, which stays the caller's.</param>
    /// <returns>How the training stands.</returns>
    /// <exception cref="ArgumentException">The batch does not fit the model.</exception>
    /// <exception cref="InvalidDataException">The batch has values that are no numbers. The weights are as before.</exception>
    /// <exception cref="NotFiniteNumberException">The loss or the gradient is no number. The weights are as before.</exception>
    public TrainingProgress TrainStep(Batch batch)
    {
        _pace.Start(Step, anew: false);
        var (loss, norm) = TrainStep(batch, read: true)!.Value;
        return Report(Step, default, loss, norm);
    }

    /// <summary>Frees the averaged model and the optimizer's state; the model stays.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (ReferenceEquals(_model.DropoutGenerator, _generator))
            _model.DropoutGenerator = null;
        FinishWriting();
        foreach (var average in _averages)
            average.Dispose();
        foreach (var model in EmaModels)
            model.Dispose();
        _optimizer.Dispose();
        _generator.Dispose();
    }

    /// <summary>One step. Loss and gradient norm are checked and returned only if they are to be read, which waits for a GPU.</summary>
    private (double Loss, double GradientNorm)? TrainStep(Batch batch, bool read)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(batch);
        CheckBatch(batch);
        read |= _options.MaxSkippedSteps > 0;
        using var scope = NewDisposeScope();
        var images = batch.Images.to(float32, _device, non_blocking: true);   // [B, C, H, W]
        var labels = batch.Labels?.to(_device, non_blocking: true);           // [B, ...]

        if (!_model.training)
            _model.train();
        _model.zero_grad();                                                   // frees the last step's gradients before the forward pass
        _learned?.zero_grad();
        var (loss, norm) = (Backward(images, labels, read), double.NaN);
        if (double.IsFinite(loss) || !read)
        {
            var clipped = _optimizer.Clip();                                  // []
            norm = read && clipped is not null ? clipped.to(float64).item<double>() : double.NaN;
        }
        if (read && !(double.IsFinite(loss) && (_options.MaxGradientNorm is null || double.IsFinite(norm))))
            Skip(loss, norm, images);
        else
            Apply();

        Step++;
        ImagesSeen += batch.Count;
        _pace.Trained(batch.Count);
        return read ? (loss, norm) : null;
    }

    /// <summary>The gradients of a batch, part after part, and its loss if it is to be read. Nothing more is computed once a loss is no number.</summary>
    private double Backward(Tensor images, Tensor? labels, bool read)
    {
        var count = images.shape[0];
        var parts = Math.Min(_options.AccumulationSteps, count);
        var total = read ? 0.0 : double.NaN;
        for (var part = 0L; part < parts; part++)
        {
            using var scope = NewDisposeScope();
            var (start, end) = (part * count / parts, (part + 1) * count / parts);
            var share = (end - start) / (double)count;
            Tensor loss;
            using (Autocast.For(_precision, _device))
                loss = _objective.Loss(_model, images.narrow(0, start, end - start), labels?.narrow(0, start, end - start), _generator);     // []
            if (read && !double.IsFinite(total += share * loss.to(float64).item<double>()))
                return total;
            (parts == 1 ? loss : share * loss).backward();
        }
        return total;
    }

    private void Apply()
    {
        _optimizer.Step(_optimizer.LearningRate(Step));
        foreach (var average in _averages)
            average.Update(_model);
        _skippedInARow = 0;
    }

    /// <summary>Leaves a step out whose loss or gradient is no number, or stops the training if there were too many in a row.</summary>
    private void Skip(double loss, double norm, Tensor images)
    {
        if (++_skippedInARow > _options.MaxSkippedSteps)
            throw NotFinite(loss, norm, images);
        SkippedSteps++;
        _logger.StepSkipped(Step, loss, norm, _skippedInARow, _options.MaxSkippedSteps);
        foreach (var average in _averages)
            average.Updates++;                                                // the profile's time is the training's
    }

    private Exception NotFinite(double loss, double norm, Tensor images)
    {
        var bad = images.isfinite().logical_not().sum().item<long>();
        if (bad > 0)
        {
            return new InvalidDataException(
                $"The batch of step {Step} has {bad} values that are not finite (NaN or infinity). Check the data. The weights are as before the step.");
        }
        const string Cure = "Try a lower learning rate, a longer warm-up, DitConfig.QueryKeyNorm, or Precision.Float32. The weights are as before the step.";
        var rate = Problems.Invariant($"learning rate {_optimizer.LearningRate(Step):G4}");
        return double.IsFinite(loss)
            ? new NotFiniteNumberException(
                $"The gradient of step {Step} has the norm {norm} ({rate}; not finite first in {string.Join(", ", _optimizer.NotFinite(most: 5))}): the training diverged. {Cure}", norm)
            : new NotFiniteNumberException($"The loss of step {Step} is {loss} although its batch is finite ({rate}): the training diverged. {Cure}", loss);
    }

    /// <summary>Tells the observers. One that fails does not stop the training; only its first failure is logged.</summary>
    private void Tell(Action<ITrainingObserver> what)
    {
        foreach (var observer in _metrics is null ? Observers.ToArray() : [_metrics, .. Observers])
        {
            try
            {
                what(observer);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                if (_failed.Add(observer))
                    _logger.ObserverFailed(e, observer.GetType().Name, Step);
            }
        }
    }

    private void CheckBatch(Batch batch)
    {
        ModelInputs.CheckImages(_model.Config, batch.Images, nameof(batch));
        if (batch.Labels is not { } labels)
            return;
        _model.CheckCondition(labels, batch.Count, nameof(batch));
    }

    private TrainingProgress Report(long steps, BatchPosition position, double loss, double gradientNorm)
    {
        var progress = new TrainingProgress(Step, steps, loss, gradientNorm, _optimizer.LearningRate(Step - 1), _pace.ImagesPerSecond, position)
        {
            DataWait = _pace.DataWait,
            TimeLeft = _pace.TimeLeft(Step, steps),
        };
        Tell(observer => observer.OnStep(progress));
        _pace.Reported();
        return progress;
    }

    /// <summary>A copy of the model to keep an average in.</summary>
    private DitModel NewAverage(DitModel model)
    {
        var copy = DitModel.Unfilled(model.Config).to(_device);
        copy.eval();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var (average, parameter) in copy.parameters().Zip(model.parameters()))
            average.copy_(parameter);
        return copy;
    }
}
