using Dit.Torch;

namespace Dit.Benchmarks;

/// <summary>One line of the table.</summary>
/// <param name="Workload">Model and batch.</param>
/// <param name="Precision">Single precision, or autocast to bfloat16.</param>
/// <param name="Mode">What is timed.</param>
internal sealed record Cell(Workload Workload, Precision Precision, Mode Mode)
{
    public static IReadOnlyList<Cell> All { get; } =
    [
        .. from workload in Workload.All
           from precision in new[] { Precision.Float32, Precision.BFloat16 }
           from mode in Enum.GetValues<Mode>()
           select new Cell(workload, precision, mode),
    ];

    /// <summary>The name that `--only` is compared with, and the arguments of the protocol's `prepare`.</summary>
    public string Key => $"{Workload.Key} {PrecisionKey} {ModeKey}";

    public string PrecisionKey => Precision == Precision.BFloat16 ? "bfloat16" : "float32";

    public string ModeKey => Mode == Mode.Train ? "train" : "sample";

    public static Cell Find(string key) => All.FirstOrDefault(cell => cell.Key == key)
        ?? throw new ArgumentException($"There is no cell '{key}'. There are:\n  {string.Join("\n  ", All.Select(cell => cell.Key))}", nameof(key));

    public override string ToString() => $"{Workload.Title} batch {Workload.Batch} {PrecisionKey} {ModeKey}";
}
