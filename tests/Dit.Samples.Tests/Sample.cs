using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Dit.Samples.Tests;

/// <summary>A sample and the folder of its run.</summary>
internal sealed class Sample(string name) : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("dit-sample-").FullName;

    /// <value>The folders of programs that it starts, if not this process's.</value>
    public string? Path { get; init; }

    /// <value>Whether it runs on a GPU, where it would not by itself.</value>
    public bool OnGpu { get; init; }

    public string this[string file] => System.IO.Path.Combine(Folder, file);

    /// <summary>The losses that the run kept.</summary>
    public IReadOnlyList<double> Losses => [.. File.ReadLines(this["metrics.jsonl"]).Select(line => JsonNode.Parse(line)!["loss"]).OfType<JsonNode>().Select(loss => loss.GetValue<double>())];

    /// <returns>What it wrote.</returns>
    public async Task<string> RunAsync(params string[] args)
    {
        var (code, output) = await TryAsync(args);
        Assert.True(code == 0, output);
        return output;
    }

    /// <summary>Stops it with Ctrl-C as soon as it has written a line.</summary>
    /// <returns>Its exit code, and what it wrote.</returns>
    public async Task<(int Code, string Output)> InterruptAsync(params string[] args)
    {
        using var process = Start(args, heedsSignals: true);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var end = patience.Token.Register(() => process.Kill());
        var error = process.StandardError.ReadToEndAsync();
        var first = await process.StandardOutput.ReadLineAsync();
        using (var kill = Process.Start("/bin/sh", ["-c", $"kill -INT {process.Id}"])) await kill.WaitForExitAsync();
        var rest = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, $"{first}\n{rest}{await error}");
    }

    /// <returns>Its exit code, and what it wrote.</returns>
    public async Task<(int Code, string Output)> TryAsync(params string[] args)
    {
        using var process = Start(args);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    /// <param name="args">Its arguments.</param>
    /// <param name="heedsSignals">Whether it heeds Ctrl-C even where these tests ignore it, as what a shell starts in the background does.</param>
    private Process Start(string[] args, bool heedsSignals = false)
    {
        var (host, folder) = (Environment.ProcessPath!, AppContext.BaseDirectory);
        string[] program = ["exec", "--runtimeconfig", System.IO.Path.Combine(folder, "Dit.Samples.Tests.runtimeconfig.json"), System.IO.Path.Combine(folder, $"{name}.dll")];
        var dotnet = host.EndsWith("dotnet", StringComparison.Ordinal) ? host : "dotnet";
        string[] all = [.. heedsSignals ? new[] { "env", "--default-signal=INT" } : [], dotnet, .. program, .. args];
        var start = new ProcessStartInfo(all[0], all[1..])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder,
        };
        if (OnGpu) start.Environment["LD_PRELOAD"] = GpuTheoryAttribute.Simulation;
        if (Path is not null) start.Environment["PATH"] = Path;
        return Process.Start(start)!;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
