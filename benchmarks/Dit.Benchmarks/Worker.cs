using System.Diagnostics;
using System.Globalization;
using Dit.Torch;
using TorchSharp;

namespace Dit.Benchmarks;

/// <summary>Dit's side of the protocol: reads a command a line, answers each with a line. `peers/dit_torch_peer.py` says what they are.</summary>
internal static class Worker
{
    /// <param name="threads">Threads of an operator on the processor.</param>
    /// <param name="device">Where models are.</param>
    /// <param name="graphs">Whether steps are recorded as CUDA graphs.</param>
    /// <param name="input">Commands.</param>
    /// <param name="output">Answers.</param>
    public static void Serve(int threads, torch.Device device, bool graphs, TextReader input, TextWriter output)
    {
        torch.set_num_threads(threads);
        Engine.AllowTF32 = true;
        torch.manual_seed(0);
        IJob? job = null;
        while (input.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            var answer = words switch
            {
                ["prepare", ..] => Prepare(out job, Cell.Find(line["prepare ".Length..]), device, graphs),
                ["run", var steps] => Text(Seconds(job!, Integer(steps))),
                ["peak"] => Text(device.type == DeviceType.CUDA ? Engine.Memory(device).PeakBytes / 1e6 : Machine.PeakMemory()),
                ["operator", var name, var calls] => Text(OperatorCost.Nanoseconds(name, Integer(calls))),
                ["ceiling", var precision] => Text(Ceiling.Measure(Enum.Parse<Precision>(precision, ignoreCase: true), device)),
                ["versions"] => Machine.EngineJson(),
                _ => $"error: unknown command '{line}'",
            };
            output.WriteLine(answer);
            output.Flush();
        }

        job?.Dispose();
    }

    private static string Prepare(out IJob job, Cell cell, torch.Device device, bool graphs)
    {
        job = cell.Mode == Mode.Train
            ? new TrainingJob(cell.Workload, cell.Precision, device, graphs)
            : new SamplingJob(cell.Workload, cell.Precision, device, graphs);
        return "ready";
    }

    private static double Seconds(IJob job, int steps)
    {
        var watch = Stopwatch.StartNew();
        job.Run(steps);
        return watch.Elapsed.TotalSeconds;
    }

    private static int Integer(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
