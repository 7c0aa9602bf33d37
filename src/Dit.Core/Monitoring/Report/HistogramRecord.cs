namespace Dit.Core;

/// <summary>A line of <c>histograms.jsonl</c>.</summary>
internal sealed record HistogramRecord
{
    public required string Name { get; init; }

    public required long Step { get; init; }

    public required Histogram Values { get; init; }
}
