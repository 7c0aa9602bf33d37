namespace Dit.Usage.Tests;

/// <summary>A test that needs Chromium, which is skipped, visibly, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute() => Skip = Browser is null ? "There is no chromium here; Debian's package of that name has it." : null;

    /// <summary>The browser's path; null where there is none.</summary>
    public static string? Browser { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists);
}
