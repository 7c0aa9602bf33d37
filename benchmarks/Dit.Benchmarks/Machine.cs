using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dit.Torch;

namespace Dit.Benchmarks;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    private static readonly string[] InstructionSets = ["avx2", "avx512f", "avx512bw", "avx512_bf16", "amx_bf16"];

    public static JsonObject Describe(int threads)
    {
        var processor = File.ReadLines("/proc/cpuinfo").Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
            .Where(pair => pair.Length == 2).DistinctBy(pair => pair[0]).ToDictionary(pair => pair[0], pair => pair[1]);
        var flags = processor.GetValueOrDefault("flags", "").Split(' ').ToHashSet();
        return new()
        {
            ["processor"] = processor.GetValueOrDefault("model name", RuntimeInformation.ProcessArchitecture.ToString()),
            ["family"] = $"{processor.GetValueOrDefault("cpu family")}/{processor.GetValueOrDefault("model")}",
            ["processors"] = Environment.ProcessorCount,
            ["threads"] = threads,
            ["instruction_sets"] = new JsonArray([.. InstructionSets.Where(flags.Contains).Select(name => JsonValue.Create(name))]),
            ["memory_mb"] = Kilobytes("/proc/meminfo", "MemTotal:") / 1024,
            ["os"] = RuntimeInformation.OSDescription,
        };
    }

    /// <summary>The engine of this process and its libraries, as one line of JSON.</summary>
    public static string EngineJson() => new JsonObject
    {
        ["dit"] = typeof(Core.DitModel).Assembly.GetName().Version?.ToString(3),
        ["dotnet"] = Environment.Version.ToString(),
        ["engine"] = Engine.BackendName,
        ["libtorch"] = Engine.TorchVersion,
        ["blas"] = Engine.Blas,
        ["onednn"] = Engine.OneDnn,
        ["instruction_set"] = Engine.InstructionSet,
    }.ToJsonString(JsonSerializerOptions.Default);

    /// <returns>The peak of this process's resident memory, MB.</returns>
    public static double PeakMemory() => Kilobytes("/proc/self/status", "VmHWM:") / 1024;

    private static double Kilobytes(string file, string name) =>
        double.Parse(File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
