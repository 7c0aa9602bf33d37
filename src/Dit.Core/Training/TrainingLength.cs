namespace Dit.Core;

/// <summary>How long to train, what was done before a resume included.</summary>
public readonly record struct TrainingLength
{
    private readonly Unit _unit;
    private readonly long _count;

    private TrainingLength(Unit unit, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        (_unit, _count) = (unit, count);
    }

    private enum Unit
    {
        Steps,
        Images,
        Epochs,
    }

    /// <summary>Until so many steps are done.</summary>
    /// <param name="count">Steps of the optimizer, those that were left out included.</param>
    public static TrainingLength Steps(long count) => new(Unit.Steps, count);

    /// <summary>Until so many images have been seen; the last batch may go beyond.</summary>
    /// <param name="count">Images, the same one counted anew in each epoch.</param>
    public static TrainingLength Images(long count) => new(Unit.Images, count);

    /// <summary>Until the data has been seen so many times.</summary>
    /// <param name="count">Passes over the data.</param>
    public static TrainingLength Epochs(long count) => new(Unit.Epochs, count);

    /// <summary>Such as <c>3 epochs</c>.</summary>
    public override string ToString() => $"{_count} {_unit.ToString().ToLowerInvariant()}";

    /// <summary>Whether it is reached.</summary>
    internal bool IsReached(long step, long images, BatchPosition next) => _unit switch
    {
        Unit.Steps => step >= _count,
        Unit.Images => images >= _count,
        _ => next.Epoch >= _count,
    };

    /// <summary>The number of steps that there will be, as far as can be told.</summary>
    internal long EstimatedSteps(long step, long images, BatchPosition next) => _unit switch
    {
        Unit.Steps => _count,
        Unit.Images => Scaled(step, images / (double)_count),
        // What is behind in whole epochs tells how long one is.
        _ => next.Epoch == 0 ? step : Math.Max(step, (long)Math.Round((step - next.Batch) / (double)next.Epoch * _count)),
    };

    private static long Scaled(long step, double share) => share > 0 ? Math.Max(step, (long)Math.Round(step / share)) : step;
}
