using Dit.Core;
using Dit.Data;
using Dit.Diffusion;

namespace Dit.Samples.CelebA;

/// <summary>Everything that the full setting and the small one differ in.</summary>
internal sealed record Recipe
{
    public required DitConfig Model { get; init; }

    public required int Batch { get; init; }

    public required long Steps { get; init; }

    public required double LearningRate { get; init; }

    public required double EmaDecay { get; init; }

    /// <summary>Steps from one preview to the next.</summary>
    public required long PreviewEvery { get; init; }

    public required ISampler Sampler { get; init; }

    public static string[] Classes { get; } = ["female", "male"];

    /// <summary>VachanVY's: 38,780,976 parameters on 128 x 128 pixels, 100,000 steps of 112 faces.</summary>
    public static Recipe Full { get; } = new()
    {
        Model = DitConfig.VachanCelebA, Batch = 112, Steps = 100_000, LearningRate = 1e-4, EmaDecay = 0.9999, PreviewEvery = 400,
        Sampler = new DdpmSampler(1000),
    };

    /// <summary>The same on emoji of 32 x 32 pixels, for two processor cores and a few minutes.</summary>
    public static Recipe Small { get; } = new()
    {
        Model = DitConfig.VachanCelebA with { ImageSize = 32, Width = 128, Depth = 4, Heads = 4, Time = DitConfig.VachanCelebA.Time with { Width = 128 } },
        Batch = 32, Steps = 4000, LearningRate = 2e-3, EmaDecay = 0.995, PreviewEvery = 400, Sampler = new DdpmSampler(250),
    };

    /// <summary>1000 linear betas, the noise, its squared error.</summary>
    public static DenoisingObjective Objective { get; } = new(DiscreteSchedule.Linear(), Prediction.Epsilon, new UniformTimesteps());

    public DitTrainerOptions Training(string folder, ulong seed) => new()
    {
        Optimizer = new AdamWOptions { LearningRate = LearningRate, Beta2 = 0.999 },
        WarmupSteps = Math.Min(200, Steps / 10),
        LearningRateSchedule = new CosineDecay(Steps),
        EmaDecay = EmaDecay,
        Seed = seed,
        CheckpointDirectory = folder,
        CheckpointEvery = PreviewEvery,
        LogEvery = 50,
    };

    /// <summary>The aligned faces of CelebA by their attribute "Male", or the emoji.</summary>
    /// <param name="folder">CelebA's folder; null for the emoji.</param>
    public IImageDataset Images(string? folder) => folder is null
        ? Emoji.ByGender(Model.ImageSize.Height)
        : new CelebADataset(folder, classBy: "Male").MapLabels(label => label, Classes);

    /// <summary>Batches of the images; faces are cut out of the middle as VachanVY does it.</summary>
    public BatchLoader Loader(string? folder, int seed) =>
        new(Images(folder), Batch, seed) { Crop = folder is null ? null : new Middle(Model.ImageSize.Height), HorizontalFlip = folder is null };

    /// <summary>The middle of an aligned face as it is, without a resize.</summary>
    private sealed class Middle(int size) : IImageCrop
    {
        public CropPlan Plan(int height, int width, Random random) => new()
        {
            Source = ImageRegion.Whole(height, width), Height = height, Width = width, Window = ImageRegion.Centre(height, width, size, size),
        };
    }
}
