using System.CommandLine;
using System.Runtime.InteropServices;
using Dit.Tools;

namespace Dit.Samples;

/// <summary>What a sample's command line has in common with the others'.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command. What a user can mend is said in one line; Ctrl-C arrives as the cancellation token, and saves a checkpoint.</summary>
    /// <returns>0, 1 after an error, 130 if it was stopped.</returns>
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        try
        {
            using var stop = new StopSignal();
            return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("Stopped. Where the run's folder has a checkpoint, the next start goes on from it.");
            return StopSignal.ExitCode;
        }
        catch (Exception e) when (e is ArgumentException or IOException or InvalidDataException or InvalidOperationException or ArithmeticException or ExternalException or DllNotFoundException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }
}
