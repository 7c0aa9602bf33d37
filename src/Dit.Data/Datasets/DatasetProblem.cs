namespace Dit.Data;

/// <summary>Something wrong with a data set that does not prevent its use.</summary>
/// <param name="Path">The file or folder, where there is one with the line.</param>
/// <param name="Message">What is wrong, and what became of it.</param>
public sealed record DatasetProblem(string Path, string Message)
{
    /// <summary>The path and the message.</summary>
    public override string ToString() => $"'{Path}': {Message}";
}
