namespace Dit.Data;

/// <summary>How data sets of files decode them.</summary>
internal static class FileDecoding
{
    /// <summary>RGB, whatever a file has: a batch takes one number of channels.</summary>
    public static ImageDecodeOptions Rgb { get; } = new() { Channels = 3 };
}
