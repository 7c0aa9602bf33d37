namespace Dit.Benchmarks;

/// <summary>What a worker times.</summary>
internal interface IJob : IDisposable
{
    /// <summary>Does so many steps and waits for their results.</summary>
    void Run(int steps);
}
