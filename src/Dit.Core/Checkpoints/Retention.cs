using System.Text.Json;

namespace Dit.Core;

/// <summary>Which checkpoints stay.</summary>
/// <param name="Newest">How many of the newest; <see langword="null"/> for all.</param>
/// <param name="Every">Those of every multiple of this step.</param>
/// <param name="Best">The best.</param>
internal sealed record Retention(int? Newest, long? Every, BestCheckpoints? Best)
{
    /// <summary>Those that may go.</summary>
    /// <param name="checkpoints">The checkpoints, the newest first.</param>
    public IEnumerable<string> Superfluous(IReadOnlyList<(long Step, string Path)> checkpoints)
    {
        if (Newest is not { } count || checkpoints.Count <= count)
            return [];
        var best = Ranked(checkpoints, Best).Take(Best?.Count ?? 0).ToHashSet();
        return checkpoints.Skip(count).Where(c => (Every is null || c.Step % Every != 0) && !best.Contains(c.Path)).Select(c => c.Path);
    }

    /// <summary>The checkpoints whose metric was measured at their step, the best first, and the newest of equal ones.</summary>
    public static IEnumerable<string> Ranked(IReadOnlyList<(long Step, string Path)> checkpoints, BestCheckpoints? best) => best is null
        ? []
        : checkpoints.Select(c => (c.Step, c.Path, Value: Metric(c.Path, c.Step, best.Metric))).Where(c => c.Value is not null)
            .OrderBy(c => best.HigherIsBetter ? -c.Value : c.Value).ThenByDescending(c => c.Step).Select(c => c.Path);

    /// <summary>A metric in a checkpoint; null where there is none of its step, or where the file is damaged.</summary>
    private static double? Metric(string path, long step, string name)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, TrainingParts.StateFile)));
            return json.Deserialize(DitJson.Default.TrainingState)?.Metrics.TryGetValue(name, out var metric) == true && metric.Step == step ? metric.Value : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
