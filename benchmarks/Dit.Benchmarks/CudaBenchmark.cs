using System.CommandLine;
using System.Globalization;
using Dit.Torch;

namespace Dit.Benchmarks;

/// <summary>Training and guided sampling steps on a GPU in bfloat16: ours, recorded as graphs or not, beside PyTorch's, compiled or not, one after the other.</summary>
internal static class CudaBenchmark
{
    private const double SecondsPerTurn = 1;

    public static Command Command(Option<int> rounds, Option<string[]> only, Option<string> python)
    {
        var batch = new Option<int?>("--batch") { Description = "Images in a step, instead of each workload's own: lower it where memory runs out." };
        var command = new Command("cuda", "On a GPU: steps in bfloat16, ours with and without graphs, beside PyTorch eager and compiled.") { rounds, only, python, batch };
        command.SetAction(result => Run(result.GetValue(rounds), result.GetValue(only) ?? [], result.GetValue(python)!, result.GetValue(batch)));
        return command;
    }

    private static int Run(int rounds, string[] only, string python, int? batch)
    {
        if (!Engine.Supports(Feature.Cuda))
        {
            Console.Error.WriteLine($"error: there is no GPU for libtorch {Engine.TorchVersion}: set DIT_LIBTORCH to a CUDA build of it, build again, and see nvidia-smi.");
            return 1;
        }

        var script = Path.Combine(Benchmark.Folder, "peers", "dit_torch_peer.py");
        (string Name, Func<string, Contender> Start)[] sides =
        [
            ("Dit", name => Contender.DitOnCuda(name)), ("Dit, graphs", name => Contender.DitOnCuda(name, "--graphs")),
            ("PyTorch", name => Contender.PyTorchOnCuda(name, python, script)), ("torch.compile", name => Contender.PyTorchOnCuda(name, python, script, "--compile", "default")),
            ("torch.compile, graphs", name => Contender.PyTorchOnCuda(name, python, script, "--compile", "reduce-overhead")),
        ];
        Console.WriteLine(Engine.Describe());
        var ceiling = Ceiling();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"bfloat16 products reach {ceiling / 1e3:F0} TFLOP/s\n"));
        Console.WriteLine("| workload | side | images/s | ms a step | share of the ceiling | memory, MB | of PyTorch's speed |\n| --- | --- | --- | --- | --- | --- | --- |");
        var failures = 0;
        foreach (var found in Cell.OnCuda.Where(cell => only.All(word => cell.Key.Contains(word, StringComparison.OrdinalIgnoreCase))))
        {
            var cell = batch is { } count ? found with { Workload = found.Workload with { Batch = count } } : found;
            var lines = sides.Select(side => Measure(cell, side.Name, side.Start, rounds)).ToList();
            var peer = lines.Single(line => line.Name == "PyTorch").Seconds;
            foreach (var (name, seconds, peak) in lines) Console.WriteLine(Line(cell, name, seconds, peak, ceiling, peer));
            failures += lines.Count(line => line.Seconds is null);
        }

        return failures == 0 ? 0 : 1;
    }

    /// <summary>One side of a cell, in a process of its own that has the GPU to itself.</summary>
    /// <returns>The median time of a step and the peak of the GPU's memory, MB; null where it failed, such as for lack of memory.</returns>
    private static (string Name, double? Seconds, double? Peak) Measure(Cell cell, string name, Func<string, Contender> start, int rounds)
    {
        using var side = start(name);
        try
        {
            side.Prepare(cell);
            side.Run(3);                                              // kernels are compiled and chosen, graphs recorded
            var steps = Math.Max(1, (int)(SecondsPerTurn / side.Run(1)));
            side.Run(steps);
            var times = Enumerable.Range(0, rounds).Select(_ => side.Run(steps) / steps).ToList();
            return (name, Comparison.Quantile(times, 0.5), side.PeakMemory());
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            Console.Error.WriteLine($"{cell}: {name} failed. {e.Message}");
            return (name, null, null);
        }
    }

    private static double Ceiling()
    {
        using var side = Contender.DitOnCuda("Dit");
        return double.Parse(side.Ask("ceiling bfloat16"), CultureInfo.InvariantCulture);
    }

    private static string Line(Cell cell, string name, double? seconds, double? peak, double ceiling, double? peer)
    {
        if (seconds is not { } step) return $"| {cell} | {name} | failed | | | | |";
        var (images, operations) = (cell.Workload.Batch / step, cell.Workload.Operations(cell.Mode) * cell.Workload.Batch);
        return string.Create(CultureInfo.InvariantCulture,
            $"| {cell} | {name} | {images:G4} | {step * 1e3:F2} | {operations / step / (ceiling * 1e9):P0} | {peak:F0} | {(peer is { } other ? $"{other / step:F2}" : "")} |");
    }
}
