namespace Dit.Core;

/// <summary>One training at a time.</summary>
internal sealed class TrainingTurn
{
    private int _taken;

    /// <summary>Begins a training.</summary>
    /// <returns>What ends it.</returns>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public IDisposable Take() => Interlocked.Exchange(ref _taken, 1) == 0
        ? new End(this)
        : throw new InvalidOperationException("The trainer is training already; await the first call.");

    private sealed class End(TrainingTurn turn) : IDisposable
    {
        public void Dispose() => Interlocked.Exchange(ref turn._taken, 0);
    }
}
