namespace Dit.Data;

/// <summary>What a line of a manifest says of an image; null for what it does not say.</summary>
internal sealed record ManifestRow(string? Path, string? Label, float[] Attributes);
