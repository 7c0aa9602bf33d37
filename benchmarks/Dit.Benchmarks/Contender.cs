using System.Diagnostics;
using System.Globalization;

namespace Dit.Benchmarks;

/// <summary>One side of the comparison: a process of its own that answers each line it is sent with one line.</summary>
internal sealed class Contender : IDisposable
{
    private readonly Process _process;

    private Contender(string name, ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        Name = name;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} could not be started.");
    }

    public string Name { get; }

    /// <summary>This program again, in its role of a worker, in the environment it was started in.</summary>
    public static Contender Dit(int threads) => new("Dit", Itself("worker", "--threads", Text(threads)));

    /// <summary>The same on a GPU, where steps may be recorded as graphs.</summary>
    public static Contender DitOnCuda(string name, params string[] arguments) => new(name, Itself(["worker", "--device", "cuda", .. arguments]));

    /// <summary>The peer on a GPU.</summary>
    public static Contender PyTorchOnCuda(string name, string python, string script, params string[] arguments) => new(name, new(python, [script, "--device", "cuda", .. arguments]));

    /// <summary>The peer, which gives itself its best environment.</summary>
    public static Contender PyTorch(string python, string script, int threads) => new("PyTorch", new(python, [script, "--threads", Text(threads)]));

    /// <summary>This program again, in its role of a worker of the image benchmark.</summary>
    public static Contender DitImages() => new("Dit", Itself("images", "worker"));

    /// <summary>The peer of the image benchmark.</summary>
    public static Contender Pillow(string python, string script) => new("Pillow", new(python, [script]));

    public void Prepare(Cell cell) => Ask($"prepare {cell.Key} {Text(cell.Workload.Batch)}");

    /// <returns>Seconds that the steps took together.</returns>
    public double Run(int steps) => Number($"run {steps}");

    /// <returns>Megabytes.</returns>
    public double PeakMemory() => Number("peak");

    /// <returns>Nanoseconds per call.</returns>
    public double Operator(string name, int calls) => Number($"operator {name} {calls}");

    public string Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        var answer = _process.StandardOutput.ReadLine();
        if (answer is null || answer.StartsWith("error", StringComparison.Ordinal))
            throw new InvalidOperationException($"{Name} answered '{line}' with {answer ?? "its end; its own messages are above"}.");
        return answer;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10))) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    /// <summary>How this program was started: as an executable, or as <c>dotnet Dit.Benchmarks.dll</c>.</summary>
    private static ProcessStartInfo Itself(params string[] arguments) => new(
        Environment.ProcessPath!, Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(Contender).Assembly.Location, .. arguments] : arguments);

    private double Number(string line) => double.Parse(Ask(line), CultureInfo.InvariantCulture);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
