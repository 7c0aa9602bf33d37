namespace TorchSharp;

/// <summary>Counts of objects made and disposed, in and outside dispose scopes.</summary>
public class LifetimeStatistics
{
    /// <summary>Objects made while no scope was open.</summary>
    public long CreatedOutsideScopeCount { get; private set; }

    /// <summary>Objects disposed while no scope owned them.</summary>
    public long DisposedOutsideScopeCount { get; private set; }

    /// <summary>Objects made into a scope.</summary>
    public long CreatedInScopeCount { get; private set; }

    /// <summary>Objects disposed by a scope, or while one owned them.</summary>
    public long DisposedInScopeCount { get; private set; }

    /// <summary>Objects given to a scope after they were made.</summary>
    public long AttachedToScopeCount { get; internal set; }

    /// <summary>Objects taken out of a scope.</summary>
    public long DetachedFromScopeCount { get; internal set; }

    /// <summary>Objects made on this thread less those disposed on it.</summary>
    public long ThreadTotalLiveCount { get; private set; }

    /// <summary>Sets every count to zero.</summary>
    public void Reset() =>
        (CreatedOutsideScopeCount, DisposedOutsideScopeCount, CreatedInScopeCount, DisposedInScopeCount, AttachedToScopeCount,
         DetachedFromScopeCount, ThreadTotalLiveCount) = (0, 0, 0, 0, 0, 0, 0);

    /// <inheritdoc/>
    public override string ToString() =>
        $"ThreadTotalLiveCount: {ThreadTotalLiveCount}; CreatedOutside: {CreatedOutsideScopeCount}; DisposedOutside: {DisposedOutsideScopeCount}; "
        + $"CreatedInScope: {CreatedInScopeCount}; DisposedInScope: {DisposedInScopeCount}; Attached: {AttachedToScopeCount}; Detached: {DetachedFromScopeCount}";

    internal void CountCreated(bool inScope)
    {
        if (inScope) CreatedInScopeCount++;
        else CreatedOutsideScopeCount++;
        ThreadTotalLiveCount++;
    }

    internal void CountDisposed(bool inScope)
    {
        if (inScope) DisposedInScopeCount++;
        else DisposedOutsideScopeCount++;
        ThreadTotalLiveCount--;
    }
}
