namespace Dit.Core;

/// <summary>Keeps pictures of what the model can do as a training goes on. What draws them is a function, so any sampler will do.</summary>
/// <remarks>
/// The function is called on the training's thread; its time is none of the training's. It must not draw from the training's random
/// numbers, or the training will be another one: give the sampler noise from a generator of its own.
/// </remarks>
public sealed class SampleObserver : ITrainingObserver
{
    private readonly Interval _interval;
    private readonly Func<long, CancellationToken, IReadOnlyList<(string Name, byte[] Png)>> _draw;
    private readonly IReadOnlyList<ITrainingLog> _logs;
    private readonly CancellationToken _cancellationToken;

    /// <summary>Draws every so many steps and at the end.</summary>
    /// <param name="every">Steps from one time to the next.</param>
    /// <param name="draw">Gives names and PNG files for the steps done; see <see cref="Png"/>.</param>
    /// <param name="logs">Where to, for example <see cref="TensorBoardObserver.Writer"/> and a <see cref="ReportObserver"/>.</param>
    /// <param name="cancellationToken">Stops a drawing, usually the training's token.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="every"/> is not positive.</exception>
    public SampleObserver(long every, Func<long, CancellationToken, IReadOnlyList<(string Name, byte[] Png)>> draw, IReadOnlyList<ITrainingLog> logs,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(draw);
        ArgumentNullException.ThrowIfNull(logs);
        (_interval, _draw, _logs, _cancellationToken) = (new Interval(every), draw, logs, cancellationToken);
    }

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        if (!_interval.IsDue(progress) || _cancellationToken.IsCancellationRequested)
            return;
        try
        {
            foreach (var (name, png) in _draw(progress.Step, _cancellationToken))
                foreach (var log in _logs)
                    log.AddImage(name, png, progress.Step);
        }
        catch (OperationCanceledException) when (_cancellationToken.IsCancellationRequested)
        {
            // The training is about to stop by itself.
        }
    }
}
