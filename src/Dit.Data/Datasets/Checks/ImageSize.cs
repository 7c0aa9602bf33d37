namespace Dit.Data;

/// <summary>A size that images of a data set have, and how many have it.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Channels">1 or 3.</param>
/// <param name="Images">How many images.</param>
public sealed record ImageSize(int Height, int Width, int Channels, int Images);
