namespace Dit.Data;

/// <summary>A class and how many images it has.</summary>
/// <param name="Label">The class; null for images without one.</param>
/// <param name="Name">Its name, or its number where it has none.</param>
/// <param name="Images">How many images that can be read.</param>
public sealed record ClassCount(long? Label, string Name, int Images);
