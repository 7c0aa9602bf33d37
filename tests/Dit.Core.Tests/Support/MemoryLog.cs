using Microsoft.Extensions.Logging;

namespace Dit.Core.Tests;

/// <summary>Keeps what is logged.</summary>
internal sealed class MemoryLog : ILoggerFactory, ILogger
{
    public List<(LogLevel Level, int Id, string Text)> Entries { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Entries.Add((logLevel, eventId.Id, formatter(state, exception)));

    public void Dispose()
    {
    }
}
