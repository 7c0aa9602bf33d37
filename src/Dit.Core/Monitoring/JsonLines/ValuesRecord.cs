namespace Dit.Core;

/// <summary>A line of a metrics file between those of the steps: what observers measured, such as held_out_loss/ema.</summary>
internal sealed record ValuesRecord
{
    public required long Step { get; init; }

    public required Dictionary<string, double?> Values { get; init; }

    public DateTimeOffset Time { get; init; }

    public static ValuesRecord Of(long step, ReadOnlySpan<(string Name, double Value)> values, DateTimeOffset time)
    {
        var named = new Dictionary<string, double?>();
        foreach (var (name, value) in values)
            named[name] = StepRecord.Finite(value);
        return new() { Step = step, Values = named, Time = time };
    }
}
