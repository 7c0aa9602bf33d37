namespace Dit.Data;

/// <summary>How a data set is checked.</summary>
public sealed record DatasetCheckOptions
{
    /// <value>Images that are read at the same time; the number of processors unless set.</value>
    public int Workers { get; init => field = AtLeast(1, value, nameof(Workers)); } = Environment.ProcessorCount;

    /// <value>Images on the contact sheet; 64 unless set, 0 for none.</value>
    public int SheetImages { get; init => field = AtLeast(0, value, nameof(SheetImages)); } = 64;

    /// <value>The side of an image on the contact sheet, in pixels; 96 unless set.</value>
    public int SheetSide { get; init => field = AtLeast(1, value, nameof(SheetSide)); } = 96;

    /// <value>Which images are on the sheet.</value>
    public long Seed { get; init; }

    private static int AtLeast(int least, int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        return value;
    }
}
