using System.Runtime.InteropServices;

namespace Dit.Tools;

/// <summary>Ctrl-C and SIGTERM as a cancellation token: work ends where it can go on later. A second one ends the process at once.</summary>
/// <remarks>System.CommandLine's own handling ends the process while a command has not come to its first await yet.</remarks>
internal sealed class StopSignal : IDisposable
{
    /// <value>What a stopped process ends with, as shells have it: 128 + SIGINT.</value>
    public const int ExitCode = 130;

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _interrupt, _terminate;

    public StopSignal() => (_interrupt, _terminate) = (Register(PosixSignal.SIGINT), Register(PosixSignal.SIGTERM));

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _stop.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = !_stop.IsCancellationRequested;
        _stop.Cancel();
    });
}
