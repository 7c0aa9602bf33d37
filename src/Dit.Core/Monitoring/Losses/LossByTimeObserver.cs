using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Logs the training's loss by time: the mean of all images whose time fell into each of several bins. It shows where a model still learns.</summary>
/// <remarks>
/// Curves: <c>loss_by_time/0.0-0.1</c> and so on, from data (0) to noise (1); a bin that no time fell into has no point. The sums stay on the device until
/// they are logged, so no step waits for it.
/// </remarks>
public sealed class LossByTimeObserver : ITrainingObserver, IDisposable
{
    private readonly Interval _interval;
    private readonly IEvaluableObjective _objective;
    private readonly string[] _names;
    private readonly IReadOnlyList<ITrainingLog> _logs;
    private Tensor? _sums;                                                    // [2, Bins], float64: losses and images

    /// <summary>Begins to listen to an objective.</summary>
    /// <param name="every">Steps from one time it is logged to the next.</param>
    /// <param name="objective">The training's objective.</param>
    /// <param name="bins">Bins of equal width, 2 to 100.</param>
    /// <param name="logs">Where to, for example a <see cref="RunObserver"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="every"/> is not positive, or <paramref name="bins"/> out of range.</exception>
    public LossByTimeObserver(long every, IEvaluableObjective objective, int bins = 10, params IReadOnlyList<ITrainingLog> logs)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(logs);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bins, 100);
        (_interval, _objective, _logs) = (new Interval(every), objective, logs);
        _names = [.. Enumerable.Range(0, bins).Select(bin => $"loss_by_time/{TimeBins.Name(bin, bins)}")];
        _objective.LossesKnown += Add;
    }

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        if (!_interval.IsDue(progress) || _sums is null)
            return;
        double[] sums;
        using (NewDisposeScope())
            sums = _sums.cpu().data<double>().ToArray();
        _sums.zero_();
        var bins = _names.Length;
        var values = Enumerable.Range(0, bins).Where(i => sums[bins + i] > 0).Select(i => (_names[i], sums[i] / sums[bins + i])).ToArray();
        foreach (var log in _logs)
            log.AddScalars(progress.Step, values);
    }

    /// <summary>Listens no longer.</summary>
    public void Dispose()
    {
        _objective.LossesKnown -= Add;
        _sums?.Dispose();
    }

    private void Add(ImageLosses batch)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var bins = _names.Length;
        _sums ??= zeros([2, bins], float64, batch.Times.device).DetachFromDisposeScope();
        var bin = TimeBins.Of(batch.Times, bins).unsqueeze(1);                                       // [B, 1]
        var within = bin == arange(bins, device: batch.Times.device);                                 // [B, Bins]
        var losses = where(within, batch.Losses.to(float64).unsqueeze(1), zeros_like(within, float64));   // [B, Bins]; a NaN stays in its bin
        _sums.add_(stack([losses.sum(dim: 0), within.to(float64).sum(dim: 0)]));                                // [2, Bins]
    }
}
