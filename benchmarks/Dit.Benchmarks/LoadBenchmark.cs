using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Benchmarks;

/// <summary>Loading 2.7 GB of weights, as many as DiT-XL/2 has: Dit from safetensors and from PyTorch's format, and <c>torch.load</c>, in turns.</summary>
internal static class LoadBenchmark
{
    private static readonly string Peer = Path.Combine(
        typeof(LoadBenchmark).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "RepoRoot").Value!, "benchmarks", "peers", "load_peer.py");

    public static void Run(int rounds, int threads, string python)
    {
        var folder = Directory.CreateTempSubdirectory("dit-load-").FullName;
        try
        {
            using var peer = Contender.PyTorch(python, Peer, threads);
            Measure(peer, Path.Combine(folder, "xl.pt"), Path.Combine(folder, "xl.safetensors"), rounds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Measure(Contender peer, string pt, string safeTensors, int rounds)
    {
        peer.Ask($"write {pt} {safeTensors}");
        var (bytes, start) = (new FileInfo(safeTensors).Length, Environment.WorkingSet);
        List<double> safe = [], python = [], pickle = [];
        using (var scope = NewDisposeScope())
        {
            var targets = Targets(safeTensors);
            for (var i = 0; i < rounds; i++)
            {
                safe.Add(Seconds(safeTensors, targets));
                python.Add(double.Parse(peer.Ask($"load {pt}"), CultureInfo.InvariantCulture));
            }
            var above = (Machine.PeakMemory() * 1048576) - start;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"peak memory above the start     {above / 1e6:F0} MB for a file of {bytes / 1e6:F0} MB: {(above - bytes) / 1e6:F0} MB more"));
            for (var i = 0; i < rounds; i++)
                pickle.Add(Seconds(pt, targets));
        }
        Say("Dit  safetensors", bytes, safe);
        Say("Dit  .pt", bytes, pickle);
        Say("PyTorch  torch.load", bytes, python);
    }

    /// <summary>The weights of a model, as they are before a file is loaded into them.</summary>
    private static Dictionary<string, Tensor> Targets(string path)
    {
        using var file = TensorFile.Open(path);
        return file.Entries.ToDictionary(e => e.Key, e => ones([.. e.Value.Shape], e.Value.Dtype));
    }

    private static double Seconds(string path, Dictionary<string, Tensor> targets)
    {
        var watch = Stopwatch.StartNew();
        using var file = TensorFile.Open(path);
        foreach (var (name, target) in targets)
            file.ReadInto(name, target);
        return watch.Elapsed.TotalSeconds;
    }

    private static void Say(string name, long bytes, List<double> seconds) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{name,-24}{bytes / 1e9 / Comparison.Quantile(seconds, 0.5),8:F2} GB/s   ({string.Join(", ", seconds.Select(s => s.ToString("F2", CultureInfo.InvariantCulture)))} s)"));
}
