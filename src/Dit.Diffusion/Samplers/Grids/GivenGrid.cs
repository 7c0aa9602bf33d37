namespace Dit.Diffusion;

/// <summary>Times that somebody else chose.</summary>
internal sealed class GivenGrid : TimeGrid
{
    private readonly double[] _times;

    public GivenGrid(IEnumerable<double> times)
    {
        ArgumentNullException.ThrowIfNull(times);
        _times = [.. times];
        if (_times.Length < 2) throw new ArgumentException("A walk needs at least two times, its start and its end.", nameof(times));
        if (!(_times[0] <= 1 && _times[^1] >= 0)) throw new ArgumentException($"The times run from {_times[0]} to {_times[^1]}; they must be in [0, 1].", nameof(times));
        for (var i = 1; i < _times.Length; i++)
            if (!(_times[i] < _times[i - 1]))
                throw new ArgumentException($"The times must fall, and {_times[i]} follows {_times[i - 1]}.", nameof(times));
    }

    public override double[] Times(int steps, INoiseSchedule schedule) => steps == _times.Length - 1
        ? [.. _times]
        : throw new ArgumentException($"{_times.Length} times are {_times.Length - 1} steps, and the sampler makes {steps}.", nameof(steps));
}
