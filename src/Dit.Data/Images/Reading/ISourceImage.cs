namespace Dit.Data;

/// <summary>An image of which one part is read, once.</summary>
internal interface ISourceImage
{
    int Height { get; }

    int Width { get; }

    /// <summary>1 or 3.</summary>
    int Channels { get; }

    /// <summary>Starts reading a part of it.</summary>
    RowSource Rows(ImageRegion part);
}
