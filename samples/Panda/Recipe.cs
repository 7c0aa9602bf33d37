using Dit.Core;
using Dit.Data;
using Dit.Diffusion;

namespace Dit.Samples.Panda;

/// <summary>Everything that the full setting and the small one differ in.</summary>
internal sealed record Recipe
{
    public required DitConfig Model { get; init; }

    public required int Batch { get; init; }

    public required TrainingLength Length { get; init; }

    public required double LearningRate { get; init; }

    public required int Workers { get; init; }

    /// <summary>Steps from one picture, and checkpoint, to the next.</summary>
    public required long PreviewEvery { get; init; }

    /// <summary>Steps of sampling.</summary>
    public required int SamplerSteps { get; init; }

    /// <summary>The original's: 773,344 parameters on 256 x 256 pixels, 10,000 epochs of batches of 6 with ten workers, Adam at 1e-6.</summary>
    public static Recipe Full { get; } = new()
    {
        Model = DitConfig.Panda, Batch = 6, Length = TrainingLength.Epochs(10_000), LearningRate = 1e-6, Workers = 10, PreviewEvery = 1000, SamplerSteps = 1000,
    };

    /// <summary>The same on 64 x 64 pixels and with a rate that learns in minutes, for two processor cores.</summary>
    public static Recipe Small { get; } = Full with
    {
        Model = DitConfig.Panda with { ImageSize = 64 },
        Batch = 8,
        Length = TrainingLength.Steps(3000),
        LearningRate = 1e-3,
        Workers = 2,
        PreviewEvery = 500,
        SamplerSteps = 160,
    };

    /// <summary>1000 linear betas, the noise, its absolute error.</summary>
    public static DenoisingObjective Objective { get; } = DenoisingObjective.Panda();

    public DitTrainerOptions Training(string folder, ulong seed) => new()
    {
        Optimizer = new AdamOptions { LearningRate = LearningRate }, MaxGradientNorm = 1.0, Seed = seed, CheckpointDirectory = folder,
        CheckpointEvery = PreviewEvery, EmaDecay = 0.99,
    };

    /// <summary>All photographs of a folder, cut to a square; one class.</summary>
    public BatchLoader Loader(string photographs, int seed) =>
        new(new ImageFolder(photographs, FolderLayout.Flat).MapLabels(_ => 0, "photograph"), Batch, seed)
        {
            Crop = new AdmCenterCrop(Model.ImageSize.Height), HorizontalFlip = true, Workers = Workers,
        };
}
