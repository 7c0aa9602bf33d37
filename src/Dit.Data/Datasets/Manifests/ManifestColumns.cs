namespace Dit.Data;

/// <summary>Which columns of a CSV file, or properties of a JSON object, say what about an image.</summary>
public sealed record ManifestColumns
{
    /// <value>The file of the image, absolute or relative to the root of the manifest.</value>
    public string Path { get; init; } = "path";

    /// <value>The class: a number from 0, or a name; null where there are no classes.</value>
    public string? Label { get; init; }

    /// <value>Numbers that are the condition instead, in this order. In JSON a single one may be an array.</value>
    public IReadOnlyList<string> Attributes { get; init; } = [];
}
