namespace Dit.Core;

/// <summary>Sees a loss that stays too high; see <see cref="SpikeDetection"/>.</summary>
internal sealed class SpikeDetector(SpikeDetection settings)
{
    /// <summary>The least deviation, as a share of the median: equal losses would make any other one high.</summary>
    private const double LeastDeviation = 1e-6;

    private readonly List<double> _losses = [];

    public SpikeDetection Settings => settings;

    /// <summary>What is remembered, the newest last. Set it when a training is restored.</summary>
    public IReadOnlyList<double> Losses
    {
        get => _losses;
        set
        {
            _losses.Clear();
            _losses.AddRange(value.TakeLast(settings.Window));
        }
    }

    /// <summary>High losses in a row up to now. Set it when a training is restored.</summary>
    public int HighInARow { get; set; }

    /// <summary>Takes a step's loss.</summary>
    /// <param name="loss">A finite loss.</param>
    /// <param name="limit">From where on a loss is high; infinity while none is judged.</param>
    /// <returns>Whether it has been high for so many steps now that it is a spike.</returns>
    public bool IsSpike(double loss, out double limit)
    {
        limit = _losses.Count < settings.Window ? double.PositiveInfinity : Limit();
        HighInARow = loss > limit ? HighInARow + 1 : 0;
        if (_losses.Count == settings.Window)
            _losses.RemoveAt(0);
        _losses.Add(loss);
        if (HighInARow < settings.InARow)
            return false;
        // What comes after a rollback is like what was before; otherwise the training is judged by what it has become.
        _losses.RemoveRange(settings.RollsBack ? _losses.Count - settings.InARow : 0, settings.RollsBack ? settings.InARow : _losses.Count);
        HighInARow = 0;
        return true;
    }

    private double Limit()
    {
        var median = Median(_losses);
        var deviation = 1.4826 * Median(_losses.Select(loss => Math.Abs(loss - median)));
        return median + (settings.Deviations * Math.Max(deviation, LeastDeviation * Math.Abs(median)));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
