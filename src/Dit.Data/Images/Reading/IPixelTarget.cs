namespace Dit.Data;

/// <summary>Where an image is decoded to row by row, so that it is never in memory by itself.</summary>
internal interface IPixelTarget
{
    /// <summary>Whether it takes images of this size.</summary>
    bool Fits(int height, int width, int channels);

    /// <summary>Takes all rows of an image that fits; grey ones of an image with colours have equal channels.</summary>
    /// <param name="rows">From the top.</param>
    /// <param name="mirrored">Whether left and right are to be exchanged.</param>
    void Write(RowSource rows, bool mirrored);
}
