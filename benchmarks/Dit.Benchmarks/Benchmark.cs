using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;

namespace Dit.Benchmarks;

/// <summary>The whole run: versions, ceilings, operators, then every cell of the table.</summary>
internal static class Benchmark
{
    public static string Folder { get; } = Path.Combine(
        typeof(Benchmark).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "RepoRoot").Value!, "benchmarks");

    public static void Run(BenchmarkOptions options)
    {
        Contender Dit() => Contender.Dit(options.Threads);
        Contender PyTorch() => Contender.PyTorch(options.Python, Path.Combine(Folder, "peers", "dit_torch_peer.py"), options.Threads);

        var cells = Cell.All.Where(cell => options.Only.All(word => cell.Key.Contains(word, StringComparison.OrdinalIgnoreCase))).ToList();
        if (cells.Count == 0) throw new ArgumentException($"No cell has all of '{string.Join(' ', options.Only)}' in its name. There are:\n  {string.Join("\n  ", Cell.All.Select(c => c.Key))}");

        var ceilings = new Dictionary<string, double>();
        Report report;
        using (Contender dit = Dit(), peer = PyTorch())
        {
            report = new(Machine.Describe(options.Threads), JsonNode.Parse(dit.Ask("versions")), JsonNode.Parse(peer.Ask("versions")));
            foreach (var precision in cells.Select(cell => cell.PrecisionKey).Distinct())
            {
                ceilings[precision] = double.Parse(dit.Ask($"ceiling {precision}"), CultureInfo.InvariantCulture);
                report.AddCeiling(precision, ceilings[precision]);
                Say($"{precision} products reach {ceilings[precision]:F0} GFLOP/s on this machine");
            }

            foreach (var name in OperatorCost.Names) AddOperator(report, name, dit, peer);
        }

        var comparison = new Comparison(options.Rounds, options.SecondsPerTurn);
        foreach (var cell in cells)
        {
            using Contender dit = Dit(), peer = PyTorch();
            var measurement = comparison.Measure(cell, dit, peer);
            report.Add(measurement, ceilings[cell.PrecisionKey]);
            Say(measurement.Line(ceilings[cell.PrecisionKey]));
        }

        report.Write(options.Output ?? Path.Combine(Folder, "results", "latest.json"));
    }

    private static void AddOperator(Report report, string name, Contender dit, Contender peer)
    {
        const int calls = 30_000, rounds = 21;
        dit.Operator(name, calls);
        peer.Operator(name, calls);
        List<double> ours = [], theirs = [];
        for (var i = 0; i < rounds; i++)
        {
            ours.Add(dit.Operator(name, calls));
            theirs.Add(peer.Operator(name, calls));
        }

        var (mine, other) = (Comparison.Quantile(ours, 0.5), Comparison.Quantile(theirs, 0.5));
        report.AddOperator(name, mine, other);
        Say($"{name + " on 4 floats",-36}  Dit {mine,7:F0} ns a call          PyTorch {other,7:F0} ns a call          ratio {other / mine:F2}");
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static void Say(string line) => Console.WriteLine(line);
}
