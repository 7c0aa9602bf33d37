using Dit.Core;
using Dit.Torch;

namespace Dit.Samples.Mnist;

/// <summary>Everything the demo can be told, with the recipe that learns the digits in a few minutes on two processor cores.</summary>
internal sealed record DemoOptions
{
    public string Data { get; init; } = Path.Combine(AppContext.BaseDirectory, "data");

    public string Out { get; init; } = Path.Combine("runs", "mnist");

    public int Steps { get; init; } = 3000;

    public int Batch { get; init; } = 32;

    public double LearningRate { get; init; } = 3e-3;

    public int Seed { get; init; }

    public double Guidance { get; init; } = 2;

    public int SamplerSteps { get; init; } = 20;

    public int PerClass { get; init; } = 100;

    public bool CompareSamplers { get; init; }

    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>A small DiT for 28 x 28 digits: 49 tokens of width 128.</summary>
    public DitConfig Model { get; init; } = new()
    {
        ImageSize = 28, Channels = 1, PatchSize = 4, Width = 128, Depth = 4, Heads = 4, Classes = 10, LabelDropout = 0.1,
    };

    public DitTrainerOptions Training => new()
    {
        Optimizer = new AdamWOptions { LearningRate = LearningRate },
        WarmupSteps = 100,
        EmaDecay = 0.995,
        Precision = Precision,
        Seed = (ulong)Seed,
        CheckpointDirectory = Out,
        CheckpointEvery = 500,
    };

    public string PathTo(string name) => Path.Combine(Out, name);
}
