namespace Dit.Data;

/// <summary>How a data set is checked.</summary>
public sealed record DatasetCheckOptions
{
    /// <value>Images that are read at the same time; the number of processors unless set.</value>
    public int Workers { get; init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(Workers), value, "At least one image is read at a time."); }
        = Environment.ProcessorCount;

    /// <value>Images on the contact sheet; 64 unless set, 0 for none.</value>
    public int SheetImages { get; init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(SheetImages), value, "A sheet has 0 images or more."); } = 64;

    /// <value>The side of an image on the contact sheet, in pixels; 96 unless set.</value>
    public int SheetSide { get; init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(SheetSide), value, "An image has at least one pixel."); } = 96;

    /// <value>Which images are on the sheet.</value>
    public long Seed { get; init; }
}
