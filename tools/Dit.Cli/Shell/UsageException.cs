namespace Dit.Cli;

/// <summary>What was asked for cannot be: the arguments or the configuration are wrong.</summary>
internal sealed class UsageException(string message) : Exception(message);
