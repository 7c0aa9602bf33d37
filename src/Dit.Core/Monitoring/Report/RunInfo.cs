namespace Dit.Core;

/// <summary>What a report says about a run besides its numbers.</summary>
public sealed record RunInfo
{
    /// <value>The heading; <see langword="null"/>, the default, for the folder's name.</value>
    public string? Title { get; init; }

    /// <value>The model, whose configuration is listed; <see langword="null"/> to leave it out.</value>
    public DitConfig? Model { get; init; }

    /// <value>Further settings by name: numbers, texts, truth values and enums; see <see cref="RunSettings.FromJson"/>.</value>
    public IReadOnlyDictionary<string, object> Settings { get; init; } = new Dictionary<string, object>();
}
