using Dit.Core;
using Dit.Data;
using Dit.Torch;

namespace Dit.Samples.ImageNet;

/// <summary>The official DiT's settings (Peebles and Xie 2023), and smaller ones for a processor.</summary>
internal sealed record Recipe
{
    /// <summary>ImageNet's training pictures: a folder for each class.</summary>
    public string Data { get; init; } = Path.Combine("imagenet", "train");

    /// <summary>Stable Diffusion's autoencoder, a file or diffusers' folder.</summary>
    public string Vae { get; init; } = "sd-vae-ft-ema";

    public string Out { get; init; } = Path.Combine("runs", "imagenet");

    /// <summary>A checkpoint to begin with, such as the published DiT-XL-2-256x256.pt.</summary>
    public string? Init { get; init; }

    public string Model { get; init; } = "DiT-XL/2";

    /// <summary>Height and width of the pictures, 256 or 512.</summary>
    public int Size { get; init; } = 256;

    public int Steps { get; init; } = 400_000;

    public int Batch { get; init; } = 256;

    public double LearningRate { get; init; } = 1e-4;

    public double EmaDecay { get; init; } = 0.9999;

    public int CheckpointEvery { get; init; } = 10_000;

    /// <summary>Pictures in samples.npz.</summary>
    public int Samples { get; init; } = 50_000;

    public int SampleBatch { get; init; } = 64;

    public int SamplerSteps { get; init; } = 250;

    /// <summary>1.5 gives the published Fréchet distance, 4 the pictures in the paper.</summary>
    public double Guidance { get; init; } = 1.5;

    public int Seed { get; init; }

    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>Whether pictures are emoji, and a fixed transform stands in for the autoencoder.</summary>
    public bool IsSmall { get; init; }

    /// <summary>Heads of a checkpoint's model, which official checkpoints do not tell; null for the official sizes.</summary>
    public int? Heads => IsSmall ? SmallModel.Heads : null;

    /// <summary>64 tokens of width 128.</summary>
    private static DitConfig SmallModel { get; } = new() { Width = 128, Depth = 4, Heads = 4, PatchSize = 2 };

    /// <summary>Emoji of 64 x 64 in ten categories, for two processor cores.</summary>
    public static Recipe Small { get; } = new()
    {
        IsSmall = true, Out = Path.Combine("runs", "imagenet-small"), Size = 64, Steps = 3000, Batch = 32, LearningRate = 2e-3,
        EmaDecay = 0.998, CheckpointEvery = 500, Samples = 80, SampleBatch = 80, SamplerSteps = 100, Guidance = 2,
    };

    public DitTrainerOptions Training => new()
    {
        Optimizer = new AdamWOptions { LearningRate = LearningRate, WeightDecay = 0 },
        EmaDecay = EmaDecay,
        MaxGradientNorm = IsSmall ? 1.0 : null,
        WarmupSteps = IsSmall ? 100 : 0,
        Precision = Precision,
        Seed = (ulong)Seed,
        CheckpointDirectory = Out,
        CheckpointEvery = CheckpointEvery,
    };

    public LatentCacheOptions Latents => new() { Crop = new AdmCenterCrop(Size), HorizontalFlip = true, Content = IsSmall ? LatentContent.Samples : LatentContent.Moments };

    public IImageDataset Pictures() => IsSmall ? Emoji.ByCategory(Size) : new ImageFolder(Data);

    /// <summary>The model that the recipe trains, for latents of a codec.</summary>
    public DitConfig Config(ILatentCodec codec, int classes)
    {
        var size = IsSmall ? SmallModel : DitConfig.Preset(Model);
        return size with { ImageSize = Size / codec.DownsamplingFactor, Channels = codec.LatentChannels, Classes = classes, LearnedVariance = true };
    }

    public string PathTo(string name) => Path.Combine(Out, name);
}
