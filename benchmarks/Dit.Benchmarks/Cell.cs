using System.Globalization;
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

    /// <summary>Those of the comparison on a GPU.</summary>
    public static IReadOnlyList<Cell> OnCuda { get; } =
    [
        .. from workload in Workload.OnCuda
           from mode in Enum.GetValues<Mode>()
           select new Cell(workload, Precision.BFloat16, mode),
    ];

    /// <param name="key">Workload, precision and mode, and perhaps another batch, such as <c>dit-s2 bfloat16 train 32</c>.</param>
    public static Cell Find(string key)
    {
        var words = key.Split(' ');
        var (name, all) = (string.Join(' ', words.Take(3)), All.Concat(OnCuda).DistinctBy(cell => cell.Key).ToList());
        var cell = all.FirstOrDefault(cell => cell.Key == name)
            ?? throw new ArgumentException($"There is no cell '{name}'. There are:\n  {string.Join("\n  ", all.Select(cell => cell.Key))}", nameof(key));
        return words.Length > 3 ? cell with { Workload = cell.Workload with { Batch = int.Parse(words[3], CultureInfo.InvariantCulture) } } : cell;
    }

    public override string ToString() => $"{Workload.Title} batch {Workload.Batch} {PrecisionKey} {ModeKey}";
}
