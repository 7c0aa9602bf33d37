namespace Dit.Core;

/// <summary>What a report says about a run besides its numbers.</summary>
public sealed record RunInfo
{
    /// <value>The heading; <see langword="null"/>, the default, for the folder's name.</value>
    public string? Title { get; init; }

    /// <value>The model, whose configuration is listed; <see langword="null"/> to leave it out.</value>
    public DitConfig? Model { get; init; }

    /// <value>The training's settings, which are listed; <see langword="null"/> to leave them out.</value>
    public DitTrainerOptions? Training { get; init; }

    /// <value>Further settings by name: numbers, texts, truth values and enums; see <see cref="RunSettings.FromJson"/>.</value>
    public IReadOnlyDictionary<string, object> Settings { get; init; } = new Dictionary<string, object>();

    /// <summary>All settings: the further ones, the model's, the training's.</summary>
    /// <exception cref="ArgumentException">A setting is of a type that settings cannot be.</exception>
    internal Dictionary<string, object> AllSettings()
    {
        var settings = RunSettings.Normalized(Settings, nameof(Settings));
        foreach (var (name, value) in (Model is null ? [] : RunSettings.Of(Model)).Concat(Training is null ? [] : RunSettings.Of(Training)))
            settings.TryAdd(name, value);
        return settings;
    }
}
