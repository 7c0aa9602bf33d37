namespace Dit.Diffusion;

/// <summary>Equal distances between two times, and perhaps a step to the data after them.</summary>
internal sealed class LinearGrid : TimeGrid
{
    private readonly double _start;
    private readonly double _end;
    private readonly bool _toData;

    public LinearGrid(double start, double end, bool toData)
    {
        if (start is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(start), start, "A walk starts above 0, the data, and at most at 1, the noise.");
        if (!(end >= 0 && end < start))
            throw new ArgumentOutOfRangeException(nameof(end), end, $"A walk that starts at {start} ends below that, and at least at 0.");
        if (toData && end == 0)
            throw new ArgumentOutOfRangeException(nameof(end), end, "A grid that ends at the data has no further step to it: toData = false, or end above 0.");
        (_start, _end, _toData) = (start, end, toData);
    }

    public override double[] Times(int steps, INoiseSchedule schedule)
    {
        if (!_toData) return Between(steps);
        return steps == 1 ? [_start, 0] : [.. Between(steps - 1), 0];
    }

    private double[] Between(int steps) => [.. Enumerable.Range(0, steps + 1).Select(i => i == steps ? _end : _start + i * (_end - _start) / steps)];
}
