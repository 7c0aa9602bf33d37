namespace Dit.Cli;

/// <summary>A file on a server.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Source">Where it is.</param>
internal sealed record PublishedFile(string Name, Uri Source);
