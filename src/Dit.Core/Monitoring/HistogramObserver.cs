using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Keeps distributions as a training goes on: of predictions and targets, of weights, of whatever a function gives.</summary>
/// <remarks>
/// The function is called on the training's thread, within a dispose scope and without gradients; its time is none of the training's.
/// It must not draw from the training's random numbers, or the training will be another one.
/// </remarks>
public sealed class HistogramObserver : ITrainingObserver
{
    private readonly Interval _interval;
    private readonly Func<long, IReadOnlyList<(string Name, Tensor Values)>> _values;
    private readonly IReadOnlyList<ITrainingLog> _logs;

    /// <summary>Keeps distributions every so many steps and at the end.</summary>
    /// <param name="every">Steps from one time to the next.</param>
    /// <param name="values">Gives names and tensors, of any shape, type and device, for the steps done.</param>
    /// <param name="logs">Where to, for example <see cref="TensorBoardObserver.Writer"/> and a <see cref="ReportObserver"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="every"/> is not positive.</exception>
    public HistogramObserver(long every, Func<long, IReadOnlyList<(string Name, Tensor Values)>> values, params IReadOnlyList<ITrainingLog> logs)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(logs);
        (_interval, _values, _logs) = (new Interval(every), values, logs);
    }

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        if (!_interval.IsDue(progress))
            return;
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var (name, tensor) in _values(progress.Step))
        {
            var values = Histogram.Values(tensor);
            foreach (var log in _logs)
                log.AddHistogram(name, values, progress.Step);
        }
    }
}
