namespace Dit.Data;

/// <summary>Images with the same pixels.</summary>
/// <param name="Names">Where they come from.</param>
/// <param name="LabelsDiffer">Whether they have different labels, one of which is wrong.</param>
public sealed record DuplicateImages(IReadOnlyList<string> Names, bool LabelsDiffer);
