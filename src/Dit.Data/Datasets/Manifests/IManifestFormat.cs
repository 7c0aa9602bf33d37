namespace Dit.Data;

/// <summary>How the lines of a manifest are to be understood.</summary>
internal interface IManifestFormat
{
    /// <summary>Lines before the first image.</summary>
    int HeaderLines { get; }

    /// <exception cref="FormatException">The line is malformed.</exception>
    ManifestRow Parse(ReadOnlySpan<byte> line);
}
