namespace Dit.Data;

/// <summary>How far the making of a <see cref="LatentCache"/> is, in this process.</summary>
/// <param name="Encoded">Images that are done, those of earlier starts included.</param>
/// <param name="Total">Images that are this process's.</param>
public readonly record struct LatentCacheProgress(int Encoded, int Total);
