using System.Diagnostics;
using System.Globalization;
using Dit.Torch;
using TorchSharp;

namespace Dit.Benchmarks;

/// <summary>Dit's side of the protocol: reads a command a line, answers each with a line. `peers/dit_torch_peer.py` says what they are.</summary>
internal static class Worker
{
    public static void Serve(int threads, TextReader input, TextWriter output)
    {
        torch.set_num_threads(threads);
        torch.manual_seed(0);
        IJob? job = null;
        while (input.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            var answer = words switch
            {
                ["prepare", ..] => Prepare(out job, Cell.Find(line["prepare ".Length..])),
                ["run", var steps] => Text(Seconds(job!, Integer(steps))),
                ["peak"] => Text(Machine.PeakMemory()),
                ["operator", var name, var calls] => Text(OperatorCost.Nanoseconds(name, Integer(calls))),
                ["ceiling", var precision] => Text(Ceiling.Measure(Enum.Parse<Precision>(precision, ignoreCase: true))),
                ["versions"] => Machine.EngineJson(),
                _ => $"error: unknown command '{line}'",
            };
            output.WriteLine(answer);
            output.Flush();
        }

        job?.Dispose();
    }

    private static string Prepare(out IJob job, Cell cell)
    {
        job = cell.Mode == Mode.Train ? new TrainingJob(cell.Workload, cell.Precision) : new SamplingJob(cell.Workload, cell.Precision);
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
