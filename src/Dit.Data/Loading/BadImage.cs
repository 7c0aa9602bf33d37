namespace Dit.Data;

/// <summary>An image that could not be read.</summary>
/// <param name="Index">Where it is in the data set; -1 in a stream, and for a shard as a whole.</param>
/// <param name="Name">Where it comes from, such as its file.</param>
/// <param name="Error">Why it could not be read.</param>
public sealed record BadImage(int Index, string Name, string Error);
