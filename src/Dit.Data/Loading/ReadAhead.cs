namespace Dit.Data;

/// <summary>The rest of an epoch in order, some batches of it read ahead.</summary>
/// <param name="read">Reads a batch, on any thread.</param>
/// <param name="next">The first batch.</param>
/// <param name="end">One past the last batch that may be read.</param>
/// <param name="depth">The most batches that are read or held at a time.</param>
/// <param name="workers">Runs the reading; null reads when asked, on the caller's thread.</param>
/// <param name="stop">Ends the reading; disposed with this.</param>
internal sealed class ReadAhead(
    Func<long, CancellationToken, HostBatch?> read, long next, long end, int depth, TaskScheduler? workers, CancellationTokenSource stop) : IDisposable
{
    private readonly Queue<Task<HostBatch?>> _ahead = new();

    /// <summary>The next batch, or the exception that reading it ended with; null where reading gives none.</summary>
    public HostBatch? Next()
    {
        if (workers is null) return read(next++, stop.Token);
        while (next < end && _ahead.Count < depth) _ahead.Enqueue(Start(next++, workers));
        return _ahead.Dequeue().GetAwaiter().GetResult();
    }

    /// <summary>Ends the reading and waits for it. What goes wrong with batches that nobody will take is nobody's concern.</summary>
    public void Dispose()
    {
        stop.Cancel();
        while (_ahead.TryDequeue(out var task))
        {
            Task.WaitAny(task);
            if (task.IsCompletedSuccessfully) task.Result?.Dispose();
            else _ = task.Exception;
        }
        stop.Dispose();
    }

    private Task<HostBatch?> Start(long number, TaskScheduler scheduler)
    {
        var token = stop.Token;
        return Task.Factory.StartNew(() => read(number, token), token, TaskCreationOptions.DenyChildAttach, scheduler);
    }
}
