namespace Dit.Torch;

/// <summary>What <see cref="CudaGraph"/> needs of a backend.</summary>
internal interface IRecordedGraph : IDisposable
{
    /// <summary>This thread's work goes to a stream of the graph's own, after all work so far.</summary>
    void Enter();

    /// <summary>Back to the stream before; the graph's own is waited for.</summary>
    void Leave();

    /// <summary>From here on work is recorded, not done.</summary>
    void Begin();

    /// <summary>Until here.</summary>
    void End();

    /// <summary>Until here, where the recording failed: it cannot be replayed.</summary>
    void Abandon();

    /// <summary>Does the recorded work.</summary>
    void Replay();
}
