using System.Runtime.CompilerServices;
using Dit.Torch;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Trains a model: optimizer, gradient clipping, averaged weights, checkpoints, reports.</summary>
/// <remarks>
/// A trainer is used by one thread at a time. All random numbers of a training come from <see cref="DitTrainerOptions.Seed"/>;
/// a training that was stopped and resumed gives the same bytes as one that was not, on the CPU.
/// </remarks>
public sealed class DitTrainer : IDisposable
{
    private readonly DitTrainerOptions _options;
    private readonly ILogger _logger;
    private readonly TrainingObservers _observers;
    private readonly TrainingParts _parts;
    private readonly TrainingStep _step;
    private readonly TrainingCheckpoints _checkpoints;
    private readonly TrainingGuard _guard;
    private readonly int _reportEvery;
    private readonly Pace _pace = new();
    private readonly TrainingTurn _turn = new();
    private bool _disposed;

    /// <summary>Prepares a training. The model stays the caller's; its weights are changed by the training.</summary>
    /// <param name="model">The model, with float32 weights, on the device to train on.</param>
    /// <param name="objective">What is minimised.</param>
    /// <param name="options">Settings; by default the official ones.</param>
    /// <param name="loggerFactory">Where the training logs to.</param>
    /// <exception cref="ArgumentException">The options are not valid, or the model's weights are not float32.</exception>
    /// <exception cref="NotSupportedException">The model's device cannot compute in the precision asked for.</exception>
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
        Precision = Engine.Resolve(_options.Precision, first.device);
        _reportEvery = _options.ReportEvery ?? (first.device.type == DeviceType.CPU ? 1 : 20);
        _logger = loggerFactory?.CreateLogger<DitTrainer>() ?? NullLogger<DitTrainer>.Instance;
        _observers = new TrainingObservers(_logger);
        _parts = new TrainingParts(model, objective.Learned, _options, _logger);
        _step = new TrainingStep(_parts, objective, _options, Precision);
        _checkpoints = new TrainingCheckpoints(_parts, _options, _observers, _logger);
        _guard = new TrainingGuard(_parts, _step, _checkpoints, _options, _logger);
    }

    /// <value>The model with averaged weights, in evaluation mode. It belongs to the trainer and changes with every step.</value>
    public DitModel EmaModel => EmaModels[0];

    /// <value>One model for each of <see cref="DitTrainerOptions.Averages"/>, in evaluation mode.</value>
    public IReadOnlyList<DitModel> EmaModels => _parts.EmaModels;

    /// <value>Who is told how the training goes.</value>
    public IList<ITrainingObserver> Observers => _observers;

    /// <value>What was measured of the training; give it to observers as a log. <see cref="DitTrainerOptions.KeepBest"/> chooses by it.</value>
    public TrainingMetrics Metrics => _parts.Metrics;

    /// <value>
    /// The folder of the best checkpoint by <see cref="DitTrainerOptions.KeepBest"/>, or by the training's loss where that is not set; <see langword="null"/>
    /// where there is none.
    /// </value>
    public string? BestCheckpoint => _checkpoints.Best();

    /// <value>The arithmetic of the model's products: <see cref="DitTrainerOptions.Precision"/> on the model's device.</value>
    public Precision Precision { get; }

    /// <value>Steps done, those before a resume included.</value>
    public long Step => _parts.Step;

    /// <value>Images seen, those before a resume included; one that was seen in two epochs counts twice.</value>
    public long ImagesSeen => _parts.ImagesSeen;

    /// <value>Steps that were left out because their loss or gradient was no number, or overflowed float16.</value>
    public long SkippedSteps => _parts.SkippedSteps;

    /// <value>How often the training went back to an earlier checkpoint; see <see cref="SpikeDetection.RollsBack"/>.</value>
    public int Rollbacks => _parts.Rollbacks;

    /// <summary>Makes one step: loss, gradients, clipping, optimizer, average. For hosts with a loop of their own.</summary>
    /// <param name="batch">The batch, which stays the caller's.</param>
    /// <returns>How the training stands.</returns>
    /// <exception cref="ArgumentException">The batch does not fit the model.</exception>
    /// <exception cref="InvalidDataException">The batch has values that are no numbers. The weights are as before.</exception>
    /// <exception cref="NotFiniteNumberException">The loss or the gradient is no number. The weights are as before.</exception>
    public TrainingProgress TrainStep(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        _pace.Start(Step, anew: false);
        var (loss, norm) = MakeStep(batch, read: true);
        var progress = Progress(Step, default, loss, norm);
        Report(progress);
        return progress;
    }

    /// <summary>Trains until a number of steps is reached, those before a resume included.</summary>
    /// <param name="data">The batches; epoch follows epoch until the end.</param>
    /// <param name="steps">Steps to reach in all.</param>
    /// <param name="cancellationToken">Stops the training between two steps, after writing a checkpoint.</param>
    /// <inheritdoc cref="FitAsync(IBatchSource, TrainingLength, CancellationToken)"/>
    public Task FitAsync(IBatchSource data, long steps, CancellationToken cancellationToken = default) =>
        FitAsync(data, TrainingLength.Steps(steps), cancellationToken);

    /// <summary>Trains until a number of steps, images or epochs is reached.</summary>
    /// <remarks>
    /// The first call resumes from the newest valid checkpoint in <see cref="DitTrainerOptions.CheckpointDirectory"/>, if there
    /// is one, and moves <paramref name="data"/> to its place. The steps run on a thread of their own, one after the other. Their numbers go to
    /// <c>metrics.jsonl</c> in that folder, see <see cref="JsonLinesObserver"/>.
    /// </remarks>
    /// <param name="data">The batches; epoch follows epoch until the end.</param>
    /// <param name="length">What to reach in all, what was done before a resume included.</param>
    /// <param name="cancellationToken">Stops the training between two steps, after writing a checkpoint.</param>
    /// <exception cref="OperationCanceledException">The training was cancelled. Its state is in a checkpoint.</exception>
    /// <exception cref="CheckpointException">The checkpoints are of another model, or none of them can be read.</exception>
    /// <exception cref="InvalidOperationException">The trainer is training already, or the data has no batches.</exception>
    /// <exception cref="InvalidDataException">A batch has values that are no numbers. No checkpoint was written since.</exception>
    /// <exception cref="ArithmeticException">The training diverged (<see cref="NotFiniteNumberException"/>), or its loss spiked too often.</exception>
    public async Task FitAsync(IBatchSource data, TrainingLength length, CancellationToken cancellationToken = default)
    {
        var loop = Loop(data, length, cancellationToken);
        using var turn = _turn.Take();
        using var thread = new TrainingThread();
        await thread.Do(() =>
        {
            while (loop.MoveNext())
            {
            }
            return true;
        }).ConfigureAwait(false);
    }

    /// <summary>Trains as <see cref="FitAsync(IBatchSource, TrainingLength, CancellationToken)"/> does, one step each time the host asks for the next.</summary>
    /// <remarks>
    /// Between two steps the training stands still, and the host may use the model, its averages and <see cref="SaveCheckpoint"/>. A host that leaves the
    /// enumeration early leaves a checkpoint, as one that cancels. Every step is given; loss and gradient norm are NaN where
    /// <see cref="DitTrainerOptions.ReportEvery"/> leaves a step out.
    /// </remarks>
    /// <inheritdoc cref="FitAsync(IBatchSource, TrainingLength, CancellationToken)"/>
    /// <returns>How the training stands after each step.</returns>
    public IAsyncEnumerable<TrainingProgress> StepsAsync(IBatchSource data, TrainingLength length, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(data);
        return Steps(data, length, cancellationToken);
    }

    /// <summary>Writes a checkpoint of the present state, and deletes those that are too old.</summary>
    /// <param name="position">The batch that comes next.</param>
    /// <returns>The checkpoint's folder.</returns>
    /// <exception cref="InvalidOperationException">The options name no <see cref="DitTrainerOptions.CheckpointDirectory"/>.</exception>
    /// <exception cref="NotFiniteNumberException">The weights are not finite. Nothing was written.</exception>
    /// <exception cref="IOException">The checkpoint cannot be written; earlier ones are as they were.</exception>
    public string SaveCheckpoint(BatchPosition position = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _checkpoints.Save(position);
    }

    /// <summary>Continues from the newest valid checkpoint, if there is one.</summary>
    /// <param name="data">Batches to move to where the training stopped.</param>
    /// <returns>Whether there was a checkpoint.</returns>
    /// <exception cref="CheckpointException">The checkpoints are of another model, or none of them can be read. Nothing has changed.</exception>
    public bool Resume(IBatchSource? data = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _checkpoints.Resume(data);
    }

    /// <summary>Frees the averaged models and the optimizer's state; the model stays.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _checkpoints.Finish();
        _step.Dispose();
        _parts.Dispose();
    }

    /// <summary>One step. Loss and gradient norm are checked and returned only if they are to be read, which waits for a GPU; otherwise they are NaN.</summary>
    internal (double Loss, double GradientNorm) MakeStep(Batch batch, bool read)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ModelInputs.CheckImages(_parts.Model.Config, batch.Images, nameof(batch));
        if (batch.Labels is { } given)
            _parts.Model.CheckCondition(given, batch.Count, nameof(batch));
        read |= _guard.ReadsEveryStep;
        using var scope = NewDisposeScope();
        var here = new Batch(
            batch.Images.to(float32, _parts.Device, non_blocking: true),            // [B, C, H, W]
            batch.Labels?.to(_parts.Device, non_blocking: true),                    // [B, ...]
            batch.Features?.to(_parts.Device, non_blocking: true));                 // [B, T, F]
        var result = _step.Run(here, read);
        _guard.Check(result, here);
        _parts.Step++;
        _parts.ImagesSeen += batch.Count;
        _pace.Trained(batch.Count);
        _observers.Step = _parts.Step;
        if (IsReported(_parts.Step))                                           // what is read beyond depends on where a training is stopped
            _parts.Metrics.AddLoss(result.Loss);
        if (read)
            _guard.Watch(result);
        return (result.Loss, result.GradientNorm);
    }

    /// <summary>Whether the observers are told of a step.</summary>
    internal bool IsReported(long step) => step % _reportEvery == 0;

    internal TrainingProgress Progress(long steps, BatchPosition position, double loss, double gradientNorm) =>
        new(Step, steps, loss, gradientNorm, _parts.Optimizer.LearningRate(Step - 1), _pace.ImagesPerSecond, position)
        {
            DataWait = _pace.DataWait,
            TimeLeft = _pace.TimeLeft(Step, steps),
        };

    internal void Report(TrainingProgress progress)
    {
        _observers.Tell(observer => observer.OnStep(progress));
        _pace.Reported();
    }

    private TrainingLoop Loop(IBatchSource data, TrainingLength length, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(data);
        return new TrainingLoop(this, _parts, _checkpoints, _observers, _pace, _options, _logger, data, length, cancellationToken);
    }

    private async IAsyncEnumerable<TrainingProgress> Steps(IBatchSource data, TrainingLength length, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var loop = Loop(data, length, cancellationToken);
        using var turn = _turn.Take();
        using var thread = new TrainingThread();
        try
        {
            while (await thread.Do(loop.MoveNext).ConfigureAwait(false))
                yield return loop.Current;
        }
        finally
        {
            await thread.Do(() =>
            {
                loop.Dispose();
                return true;
            }).ConfigureAwait(false);
        }
    }
}
