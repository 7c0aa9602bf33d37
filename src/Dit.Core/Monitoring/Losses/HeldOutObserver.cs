namespace Dit.Core;

/// <summary>Logs the held-out loss of models as a training goes on, such as the raw and the averaged one, and how predictions and targets are distributed.</summary>
/// <remarks>
/// Curves: <c>held_out_loss/</c> and the model's name. Distributions, of the first batch and the last model: <c>held_out/predictions</c> and
/// <c>held_out/targets</c>. It takes a forward pass over all batches for each model; the time is none of the training's.
/// </remarks>
public sealed class HeldOutObserver : ITrainingObserver
{
    private readonly Interval _interval;
    private readonly HeldOutLoss _loss;
    private readonly (string Name, DitModel Model)[] _models;
    private readonly IReadOnlyList<ITrainingLog> _logs;

    /// <summary>Measures every so many steps and at the end.</summary>
    /// <param name="every">Steps from one time to the next.</param>
    /// <param name="loss">The images and what is measured.</param>
    /// <param name="models">The models by name, such as <c>("raw", model), ("ema", trainer.EmaModel)</c>.</param>
    /// <param name="logs">Where to, for example a <see cref="RunObserver"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="every"/> is not positive, or there is no model.</exception>
    public HeldOutObserver(long every, HeldOutLoss loss, IReadOnlyList<(string Name, DitModel Model)> models, params IReadOnlyList<ITrainingLog> logs)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(logs);
        if (models.Count == 0)
            throw new ArgumentException("There is no model to measure.", nameof(models));
        (_interval, _loss, _models, _logs) = (new Interval(every), loss, [.. models], logs);
    }

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        if (!_interval.IsDue(progress))
            return;
        var values = _models.Select(m => ($"held_out_loss/{m.Name}", _loss.Measure(m.Model))).ToArray();
        var distributions = _loss.FirstPredictions(_models[^1].Model);
        foreach (var log in _logs)
        {
            log.AddScalars(progress.Step, values);
            if (distributions is not var (predictions, targets))
                continue;
            log.AddHistogram("held_out/predictions", predictions, progress.Step);
            log.AddHistogram("held_out/targets", targets, progress.Step);
        }
    }
}
