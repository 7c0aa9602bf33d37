using System.Collections.Concurrent;

namespace Dit.Core;

/// <summary>A thread that does one thing after the other: dispose scopes, gradient mode and OpenMP's workers belong to a thread.</summary>
internal sealed class TrainingThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    public TrainingThread() => new Thread(Run) { IsBackground = true, Name = "Dit training" }.Start();

    /// <summary>Does something on the thread.</summary>
    public Task<T> Do<T>(Func<T> what)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(what());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    public void Dispose() => _work.CompleteAdding();

    private void Run()
    {
        foreach (var what in _work.GetConsumingEnumerable())
            what();
        _work.Dispose();
    }
}
