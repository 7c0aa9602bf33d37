namespace Dit.Data;

/// <summary>What the header of a file says of the pixels in it.</summary>
/// <param name="Height">Rows, before the orientation.</param>
/// <param name="Width">Pixels in a row, before the orientation.</param>
/// <param name="Channels">1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha).</param>
/// <param name="Bits">Of a channel, in the file.</param>
/// <param name="Frames">Of an animation, or pages.</param>
/// <param name="Orientation">EXIF's, 1 (upright) to 8.</param>
internal readonly record struct StoredImage(int Height, int Width, int Channels, int Bits, int Frames, int Orientation)
{
    /// <summary>Channels without alpha.</summary>
    public int Colors => Channels <= 2 ? 1 : 3;

    public bool HasAlpha => Channels is 2 or 4;

    /// <summary>Whether turning upright exchanges rows and columns.</summary>
    public bool IsOnItsSide => Orientation >= 5;
}
