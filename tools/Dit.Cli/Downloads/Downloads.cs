namespace Dit.Cli;

/// <summary>The cache of published weights.</summary>
internal static class Downloads
{
    /// <value>The cache's folder: DIT_CACHE, else dit in the user's cache.</value>
    public static string Folder
    {
        get
        {
            if (Environment.GetEnvironmentVariable("DIT_CACHE") is { Length: > 0 } chosen) return Path.GetFullPath(chosen);
            if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } caches) return Path.Combine(caches, "dit");
            return OperatingSystem.IsWindows()
                ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "dit", "cache")
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "dit");
        }
    }

    /// <summary>Whether a name is that of published weights.</summary>
    public static bool Knows(string name) => PublishedWeights.All.Any(w => w.Name == name);

    /// <summary>The path of what is meant by a name: an existing file or folder, or weights that were downloaded.</summary>
    /// <param name="name">A path or the name of published weights.</param>
    /// <exception cref="FileNotFoundException">The weights are known, but not here.</exception>
    public static string Resolve(string name)
    {
        if (Path.Exists(name)) return name;
        if (PublishedWeights.All.FirstOrDefault(w => w.Name == name) is not { } weights)
            throw new FileNotFoundException($"There is no file or folder '{name}'.");
        if (weights.Files.Any(f => !CachedFile.In(Folder, weights, f).IsComplete))
            throw new FileNotFoundException($"'{name}' is not downloaded yet: run 'dit download {name}'.");
        var folder = Path.Combine(Folder, weights.Name);
        return weights.Files is [var only] ? Path.Combine(folder, only.Name) : folder;
    }
}
