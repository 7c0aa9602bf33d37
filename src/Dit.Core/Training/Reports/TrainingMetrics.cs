namespace Dit.Core;

/// <summary>The newest value of everything that is measured of a training. It is in every checkpoint, and says which ones are the best.</summary>
/// <remarks>It is a log: give it to a <see cref="HeldOutObserver"/>, or call <see cref="AddScalars"/>. It belongs to the training's thread.</remarks>
public sealed class TrainingMetrics : ITrainingLog
{
    /// <summary>The training's own loss, averaged over about the last 50 reported steps.</summary>
    public const string Loss = "loss";

    private const double Smoothing = 0.98;
    private readonly SortedDictionary<string, MetricValue> _values = new(StringComparer.Ordinal);

    internal TrainingMetrics()
    {
    }

    /// <summary>The newest value of a metric.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its value; <see langword="null"/> if it was never measured, or was no number.</returns>
    public double? this[string name] => name == Loss ? SmoothedLoss : _values.TryGetValue(name, out var value) ? value.Value : null;

    /// <summary>The sum of the losses and the sum of their weights.</summary>
    internal (double Sum, double Weight) Losses { get; set; }

    private double? SmoothedLoss => Losses.Weight > 0 ? Losses.Sum / Losses.Weight : null;

    /// <inheritdoc/>
    public void AddScalars(long step, params ReadOnlySpan<(string Name, double Value)> values)
    {
        foreach (var (name, value) in values)
        {
            if (double.IsFinite(value))
                _values[name] = new(step, value);
            else
                _values.Remove(name);
        }
    }

    internal void AddLoss(double loss)
    {
        if (double.IsFinite(loss))
            Losses = (Smoothing * Losses.Sum + (1 - Smoothing) * loss, Smoothing * Losses.Weight + (1 - Smoothing));
    }

    /// <summary>Everything, for a checkpoint after a step.</summary>
    internal SortedDictionary<string, MetricValue> Snapshot(long step)
    {
        var values = new SortedDictionary<string, MetricValue>(_values, StringComparer.Ordinal);
        values.Remove(Loss);
        if (SmoothedLoss is { } loss)
            values.Add(Loss, new(step, loss));
        return values;
    }

    internal void Restore(IReadOnlyDictionary<string, MetricValue> values)
    {
        _values.Clear();
        foreach (var (name, value) in values.Where(v => v.Key != Loss))
            _values.Add(name, value);
    }
}

/// <summary>What was measured after a step.</summary>
internal readonly record struct MetricValue(long Step, double Value);
