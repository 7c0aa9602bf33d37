using Dit.Core;
using Dit.Data;
using Dit.Diffusion;

namespace Dit.Samples.Cifar10;

/// <summary>Everything that the full setting and the small one differ in.</summary>
internal sealed record Recipe
{
    public required DitConfig Model { get; init; }

    public required int Batch { get; init; }

    public required long Steps { get; init; }

    public required double LearningRate { get; init; }

    /// <summary>Steps from one set of pictures to the next.</summary>
    public required long PreviewEvery { get; init; }

    /// <summary>Pictures of each class in a preview.</summary>
    public required int PerClass { get; init; }

    /// <summary>Steps from one Fréchet distance to the next, the pictures that it is of, and their scale of guidance.</summary>
    public required (long Every, int Pictures, double Scale) Distance { get; init; }

    public required EmaProfile Ema { get; init; }

    /// <summary>Just-a-DiT's: 32,575,525 parameters, 200,000 steps of 128 pictures.</summary>
    public static Recipe Full { get; } = new()
    {
        Model = DitConfig.JustADit, Batch = 128, Steps = 200_000, LearningRate = 1e-4, PreviewEvery = 10_000, PerClass = 10, Distance = (50_000, 10_000, 5.0),
        Ema = new WarmupEma { Rate = 0.9999, Power = null },
    };

    /// <summary>The same on emoji, for two processor cores and a few minutes.</summary>
    public static Recipe Small { get; } = new()
    {
        Model = DitConfig.JustADit with { PatchSize = 4, Width = 128, Depth = 4, Heads = 4 },
        Batch = 32, Steps = 2500, LearningRate = 2e-3, PreviewEvery = 625, PerClass = 4, Distance = (1250, 256, 1.0), Ema = new WarmupEma { Rate = 0.995, Power = null },
    };

    public const int Classes = 10;

    public static double[] Scales { get; } = [1.0, 2.5, 5.0];

    /// <summary>Flow matching with logit-normal times.</summary>
    public static DenoisingObjective Objective { get; } = new(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps());

    public DitTrainerOptions Training(string folder, ulong seed) => new()
    {
        Optimizer = new AdamWOptions { LearningRate = LearningRate },
        WarmupSteps = Math.Min(100, Steps / 10),
        Averages = [Ema],
        Seed = seed,
        CheckpointDirectory = folder,
        CheckpointEvery = PreviewEvery,
    };

    /// <summary>CIFAR-10's training pictures, or the emoji.</summary>
    /// <param name="folder">The folder with data_batch_1.bin to 5; null for the emoji.</param>
    public static IImageDataset Images(string? folder) => folder is null ? Emoji.ByCategory(CifarDataset.Size) : CifarDataset.Cifar10(folder);
}
