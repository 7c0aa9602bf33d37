using System.Diagnostics;

namespace Dit.Benchmarks;

/// <summary>Runs both sides of a cell in turns, so that whatever else the machine does meets both alike.</summary>
/// <param name="rounds">Turns of each side that count.</param>
/// <param name="secondsPerTurn">About how long a turn takes; at least one step.</param>
internal sealed class Comparison(int rounds, double secondsPerTurn)
{
    private const int LeastRounds = 5;

    /// <summary>A slow or busy machine does no more than the least rounds after this time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    public Measurement Measure(Cell cell, Contender dit, Contender peer)
    {
        dit.Prepare(cell);
        peer.Prepare(cell);
        int ditSteps = WarmUp(dit), peerSteps = WarmUp(peer);

        List<double> ditTimes = [], peerTimes = [];
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < rounds && (i < LeastRounds || watch.Elapsed < Patience); i++)
        {
            // Whoever was first is second in the next round.
            if (i % 2 == 0) ditTimes.Add(dit.Run(ditSteps) / ditSteps);
            peerTimes.Add(peer.Run(peerSteps) / peerSteps);
            if (i % 2 == 1) ditTimes.Add(dit.Run(ditSteps) / ditSteps);
        }

        return new(cell, Quantile(ditTimes, 0.5), Quantile(peerTimes, 0.5), [.. ditTimes.Zip(peerTimes, (d, p) => p / d).Order()],
            dit.PeakMemory(), peer.PeakMemory());
    }

    /// <summary>Linear between the order statistics.</summary>
    public static double Quantile(IEnumerable<double> values, double at)
    {
        var sorted = values.Order().ToArray();
        var position = at * (sorted.Length - 1);
        var below = (int)position;
        return sorted[below] + (position - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]);
    }

    /// <returns>How many steps fill a turn.</returns>
    private int WarmUp(Contender side)
    {
        side.Run(1);
        var steps = Fill(side.Run(1));
        return Fill(side.Run(steps) / steps);
    }

    private int Fill(double secondsPerStep) => Math.Max(1, (int)Math.Round(secondsPerTurn / secondsPerStep));
}
