namespace Dit.Core;

/// <summary>How large latents are cut into overlapping tiles that are decoded one by one, so that memory is bounded by the tile.</summary>
/// <remarks>
/// Neighbours are blended over their overlap with linear ramps. The decoder sees one tile at a time, so that the result is
/// close to, not the same as, that of decoding in one piece; latents no larger than a tile are decoded in one piece.
/// </remarks>
public sealed record DecodeTiling
{
    /// <value>Height and width of a tile, in latents; positive. Default 64, which is 512 pixels of Stable Diffusion.</value>
    public int TileSize { get; init; } = 64;

    /// <value>Least overlap of two neighbours, in latents; at least 0 and less than <see cref="TileSize"/>. Default 16.</value>
    public int Overlap { get; init; } = 16;

    /// <summary>Checks the values and reports every problem at once.</summary>
    /// <returns>This object.</returns>
    /// <exception cref="ArgumentException">At least one value is out of range.</exception>
    public DecodeTiling Validate()
    {
        var problems = new Problems(nameof(DecodeTiling));
        problems.Require(TileSize > 0, $"TileSize is {TileSize}; it must be positive.");
        problems.Require(Overlap >= 0 && Overlap < Math.Max(TileSize, 1), $"Overlap is {Overlap}; it must be at least 0 and less than TileSize {TileSize}.");
        problems.ThrowIfAny();
        return this;
    }
}
