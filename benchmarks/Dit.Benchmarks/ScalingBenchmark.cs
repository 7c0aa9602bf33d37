using System.Diagnostics;
using System.Globalization;
using Dit.Core;
using Dit.Torch;
using TorchSharp;

namespace Dit.Benchmarks;

/// <summary>How the time of a training step grows with tokens, width and batch: a table of milliseconds per image.</summary>
internal static class ScalingBenchmark
{
    private static readonly DitConfig Model = new() { ImageSize = 32, Channels = 4, PatchSize = 2, Width = 384, Depth = 4, Heads = 6, Classes = 10 };

    public static void Run(int threads)
    {
        torch.set_num_threads(threads);
        Console.WriteLine("| varied | value | float32, ms an image | GFLOP/s | bfloat16, ms an image | GFLOP/s |\n| --- | --- | --- | --- | --- | --- |");
        foreach (var side in new[] { 16, 32, 64, 128 }) Measure("tokens", side * side / 4, Model with { ImageSize = side }, batch: 1);
        foreach (var width in new[] { 128, 256, 512, 1024 }) Measure("width", width, Model with { Width = width, Heads = width / 64 }, batch: 4);
        foreach (var batch in new[] { 1, 4, 16, 32 }) Measure("batch", batch, Model, batch);
    }

    private static void Measure(string varied, int value, DitConfig config, int batch)
    {
        var workload = new Workload(varied, varied, config, batch);
        var figures = new[] { Precision.Float32, Precision.BFloat16 }.Select(precision =>
        {
            var seconds = Seconds(workload, precision) / batch;
            return string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:F1} | {workload.Operations(Mode.Train) / seconds / 1e9:F0}");
        });
        Console.WriteLine($"| {varied} | {value} | {string.Join(" | ", figures)} |");
    }

    /// <returns>The fastest step of about two seconds of them.</returns>
    private static double Seconds(Workload workload, Precision precision)
    {
        using var job = new TrainingJob(workload, precision, torch.CPU, graphs: false);
        job.Run(2);
        var best = double.PositiveInfinity;
        for (var all = Stopwatch.StartNew(); all.Elapsed.TotalSeconds < 2;)
        {
            var watch = Stopwatch.StartNew();
            job.Run(1);
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }

        return best;
    }
}
