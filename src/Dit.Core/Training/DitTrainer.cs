using System.Diagnostics;
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
    private readonly DitTrainerOptions _options;
    private readonly ILogger _logger;
    private readonly Device _device;
    private readonly Precision _precision;
    private readonly Generator _generator;
    private readonly AdamWTrainer _optimizer;
    private readonly ExponentialMovingAverage _average;
    private readonly int _reportEvery;
    private readonly Stopwatch _sinceReport = new();
    private long _imagesSinceReport;
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
        _objective = objective;
        _logger = loggerFactory?.CreateLogger<DitTrainer>() ?? NullLogger<DitTrainer>.Instance;
        _device = first.device;
        _precision = Engine.Resolve(_options.Precision, _device);
        _reportEvery = _options.ReportEvery ?? (_device.type == DeviceType.CPU ? 1 : 20);
        _generator = new Generator(_options.Seed, _device);
        _model.DropoutGenerator = _generator;
        _optimizer = new AdamWTrainer(model, _options);
        EmaModel = DitModel.Unfilled(model.Config).to(_device);
        EmaModel.eval();
        _average = ExponentialMovingAverage.In(EmaModel, _options.EmaDecay);
        CopyWeightsToAverage();
    }

    /// <value>The model with averaged weights, in evaluation mode. It belongs to the trainer and changes with every step.</value>
    public DitModel EmaModel { get; }

    /// <value>Who is told how the training goes.</value>
    public IList<ITrainingObserver> Observers { get; } = [];

    /// <value>Steps done, those before a resume included.</value>
    public long Step { get; private set; }

    /// <summary>Makes one step: loss, gradients, clipping, optimizer, average. For hosts with a loop of their own.</summary>
    /// <param name="batch">The batch, which stays the caller's.</param>
    /// <returns>How the training stands.</returns>
    /// <exception cref="ArgumentException">The batch does not fit the model.</exception>
    /// <exception cref="InvalidDataException">The batch has values that are no numbers. The weights are as before.</exception>
    /// <exception cref="NotFiniteNumberException">The loss or the gradient is no number. The weights are as before.</exception>
    public TrainingProgress TrainStep(Batch batch)
    {
        if (!_sinceReport.IsRunning)
            _sinceReport.Start();
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
        _average.Dispose();
        EmaModel.Dispose();
        _optimizer.Dispose();
        _generator.Dispose();
    }

    /// <summary>One step. Loss and gradient norm are checked and returned only if they are to be read, which waits for a GPU.</summary>
    private (double Loss, double GradientNorm)? TrainStep(Batch batch, bool read)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(batch);
        CheckBatch(batch);
        using var scope = NewDisposeScope();
        var images = batch.Images.to(float32, _device, non_blocking: true);   // [B, C, H, W]
        var labels = batch.Labels?.to(_device, non_blocking: true);           // [B]

        if (!_model.training)
            _model.train();
        _model.zero_grad();                                                   // frees the last step's gradients before the forward pass
        Tensor loss;
        using (Autocast.For(_precision, _device))
            loss = _objective.Loss(_model, images, labels, _generator);       // []
        var value = read ? FiniteLoss(loss, images) : double.NaN;
        loss.backward();
        var norm = _optimizer.Clip();                                         // []
        var normValue = read && norm is not null ? FiniteNorm(norm) : double.NaN;
        _optimizer.Step(_optimizer.LearningRate(Step));
        _average.Update(_model);

        Step++;
        _imagesSinceReport += batch.Count;
        return read ? (value, normValue) : null;
    }

    private void CheckBatch(Batch batch)
    {
        ModelInputs.CheckImages(_model.Config, batch.Images, nameof(batch));
        if (batch.Labels is not { } labels)
            return;
        _model.CheckCondition(labels, batch.Count, nameof(batch));
    }

    private double FiniteLoss(Tensor loss, Tensor images)
    {
        var value = loss.to(float64).item<double>();
        if (double.IsFinite(value))
            return value;
        var bad = images.isfinite().logical_not().sum().item<long>();
        throw bad > 0
            ? new InvalidDataException(
                $"The batch of step {Step} has {bad} values that are not finite (NaN or infinity). Check the data. The weights are as before the step.")
            : new NotFiniteNumberException(
                $"The loss of step {Step} is {value} although its batch is finite: the training diverged. Try a lower learning rate, "
                + "a longer warm-up, or Precision.Float32.", value);
    }

    private double FiniteNorm(Tensor norm)
    {
        var value = norm.to(float64).item<double>();
        return double.IsFinite(value)
            ? value
            : throw new NotFiniteNumberException(
                $"The gradient of step {Step} has the norm {value}: the training diverged. Try a lower learning rate or a longer warm-up.", value);
    }

    private TrainingProgress Report(long steps, BatchPosition position, double loss, double gradientNorm)
    {
        var rate = _imagesSinceReport / _sinceReport.Elapsed.TotalSeconds;
        var progress = new TrainingProgress(Step, steps, loss, gradientNorm, _optimizer.LearningRate(Step - 1), rate, position);
        foreach (var observer in Observers)
            observer.OnStep(progress);
        _imagesSinceReport = 0;
        _sinceReport.Restart();                                               // what observers do is no training time
        return progress;
    }

    private void CopyWeightsToAverage()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var (average, parameter) in EmaModel.parameters().Zip(_model.parameters()))
            average.copy_(parameter);
    }
}
