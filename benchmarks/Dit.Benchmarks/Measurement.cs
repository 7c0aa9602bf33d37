using System.Globalization;

namespace Dit.Benchmarks;

/// <summary>What a cell came to.</summary>
/// <param name="Cell">Which.</param>
/// <param name="DitSeconds">Our median time of a step.</param>
/// <param name="PeerSeconds">The peer's.</param>
/// <param name="Ratios">The peer's time through ours in each round, ascending.</param>
/// <param name="DitPeak">Peak resident memory of our process, MB.</param>
/// <param name="PeerPeak">Peak resident memory of the peer's process, MB.</param>
internal sealed record Measurement(Cell Cell, double DitSeconds, double PeerSeconds, IReadOnlyList<double> Ratios, double DitPeak, double PeerPeak)
{
    public double DitImagesPerSecond => Cell.Workload.Batch / DitSeconds;

    public double PeerImagesPerSecond => Cell.Workload.Batch / PeerSeconds;

    public double Ratio => PeerSeconds / DitSeconds;

    /// <param name="ceiling">What the machine's products reach in this precision, GFLOP/s.</param>
    public double ShareOf(double ceiling) => Cell.Workload.Operations(Cell.Mode) * DitImagesPerSecond / (ceiling * 1e9);

    /// <summary>Both sides, the ratio with its quartiles over the rounds, and our share of what the machine could do.</summary>
    public string Line(double ceiling) => string.Create(CultureInfo.InvariantCulture,
        $"{Cell,-36}  Dit {DitImagesPerSecond,7:G4} img/s {DitPeak,5:F0} MB   PyTorch {PeerImagesPerSecond,7:G4} img/s {PeerPeak,5:F0} MB   " +
        $"ratio {Ratio:F2} [{Comparison.Quantile(Ratios, 0.25):F2} {Comparison.Quantile(Ratios, 0.75):F2}]   " +
        $"{ShareOf(ceiling):P0} of the {Cell.PrecisionKey} ceiling");
}
