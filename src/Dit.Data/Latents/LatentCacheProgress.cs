namespace Dit.Data;

/// <summary>How far the making of a <see cref="LatentCache"/> is, in this process.</summary>
/// <param name="Encoded">Images that are done, those of earlier starts included.</param>
/// <param name="Total">Images that are this process's.</param>
public readonly record struct LatentCacheProgress(int Encoded, int Total)
{
    /// <summary>Images that this start could not read and left out, so far, with the reason.</summary>
    public IReadOnlyList<BadImage> BadImages { get; init; } = [];
}
