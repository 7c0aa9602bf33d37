using Dit.Core;

namespace Dit.Samples.CustomLoop;

/// <summary>What is trained, and for how long.</summary>
internal sealed record Settings
{
    public required DitConfig Model { get; init; }

    public required int Steps { get; init; }

    public int Batch { get; init; } = 32;

    public double LearningRate { get; init; } = 1e-3;

    public double EmaDecay { get; init; } = 0.995;

    public string Device { get; init; } = "cpu";

    public string Out { get; init; } = Path.Combine("runs", "custom-loop");

    /// <summary>For two processor cores and a coffee.</summary>
    public static Settings Small { get; } = new()
    {
        Model = new() { ImageSize = 16, Channels = 3, PatchSize = 2, Width = 128, Depth = 4, Heads = 4, Classes = ShapesDataset.Classes }, Steps = 1200,
    };

    /// <summary>For a GPU.</summary>
    public static Settings Full { get; } = new()
    {
        Model = DitConfig.S(patchSize: 4) with { ImageSize = 64, Channels = 3, Classes = ShapesDataset.Classes }, Steps = 20_000, Batch = 128, LearningRate = 2e-4, EmaDecay = 0.999,
    };
}
