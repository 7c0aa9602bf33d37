namespace Dit.Cli;

/// <summary>What the process tells who started it.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>A file, a server, the data or the training failed.</summary>
    public const int Failure = 1;

    /// <summary>The arguments or the configuration are wrong.</summary>
    public const int Usage = 2;

    /// <summary>Stopped with Ctrl-C.</summary>
    public const int Cancelled = Tools.StopSignal.ExitCode;
}
