namespace Dit.Data;

/// <summary>How an animation plays.</summary>
public sealed record AnimationOptions
{
    private readonly TimeSpan _frameDuration = TimeSpan.FromMilliseconds(100);
    private readonly TimeSpan? _lastFrameDuration;
    private readonly int _loops;

    /// <summary>How long a frame is shown, 10 ms to 10 minutes; GIF counts in hundredths of a second.</summary>
    public TimeSpan FrameDuration
    {
        get => _frameDuration;
        init => _frameDuration = Checked(value, nameof(FrameDuration));
    }

    /// <summary>How long the last frame is shown; null: as long as the others.</summary>
    public TimeSpan? LastFrameDuration
    {
        get => _lastFrameDuration;
        init => _lastFrameDuration = value is { } time ? Checked(time, nameof(LastFrameDuration)) : null;
    }

    /// <summary>How often the animation plays; 0: for ever.</summary>
    public int Loops
    {
        get => _loops;
        init => _loops = value is >= 0 and <= ushort.MaxValue
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Loops), value, $"An animation plays 1 to {ushort.MaxValue} times, or for ever (0).");
    }

    internal static AnimationOptions Default { get; } = new();

    /// <summary>Milliseconds of each frame.</summary>
    internal int[] Delays(int frames)
    {
        var delays = new int[frames];
        Array.Fill(delays, (int)FrameDuration.TotalMilliseconds);
        delays[^1] = (int)(LastFrameDuration ?? FrameDuration).TotalMilliseconds;
        return delays;
    }

    private static TimeSpan Checked(TimeSpan value, string name) => value >= TimeSpan.FromMilliseconds(10) && value <= TimeSpan.FromMinutes(10)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "A frame is shown for 10 ms to 10 minutes.");
}
