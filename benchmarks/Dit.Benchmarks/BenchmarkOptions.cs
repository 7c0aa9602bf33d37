namespace Dit.Benchmarks;

/// <summary>What the command line says.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>Words that the names of the cells must all contain.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Threads of either side.</summary>
    public required int Threads { get; init; }

    /// <summary>Turns of each side that count.</summary>
    public required int Rounds { get; init; }

    /// <summary>About how long a turn takes.</summary>
    public required double SecondsPerTurn { get; init; }

    /// <summary>The Python that has PyTorch.</summary>
    public required string Python { get; init; }

    /// <summary>Where the results go; null: `benchmarks/results/latest.json`.</summary>
    public string? Output { get; init; }
}
