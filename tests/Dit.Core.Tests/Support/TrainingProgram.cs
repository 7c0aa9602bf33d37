using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>A training as a process of its own, to be killed: <c>dotnet Dit.Core.Tests.dll FOLDER STEPS</c>.</summary>
internal static class TrainingProgram
{
    /// <summary>Trains, and says <c>at N</c> after each step and <c>saved N</c> for each checkpoint on the disk.</summary>
    public static async Task<int> Main(string[] arguments)
    {
        manual_seed(1);
        using var run = new TrainingRun(arguments[0], with: o => o with { CheckpointEvery = 1 });
        run.Trainer.Observers.Add(new CallbackObserver(p => Console.WriteLine($"at {p.Step}"), (step, _) => Console.WriteLine($"saved {step}")));
        await run.FitAsync(long.Parse(arguments[1], System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    }
}
