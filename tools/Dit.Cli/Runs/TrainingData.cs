using Dit.Data;
using ImageSize = Dit.Core.ImageSize;

namespace Dit.Cli;

/// <summary>What a model is trained on: images, or the latents of images.</summary>
internal abstract class TrainingData : IDisposable
{
    /// <value>What kind it turned out to be.</value>
    public required DataKind Kind { get; init; }

    /// <value>Height and width of what the model sees.</value>
    public required ImageSize Size { get; init; }

    /// <value>Channels of what the model sees.</value>
    public required int Channels { get; init; }

    /// <value>How many images.</value>
    public required int Count { get; init; }

    /// <value>How many classes there are; 0 for images without.</value>
    public required int Classes { get; init; }

    /// <value>The names of the classes; empty where they have none.</value>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <value>What is wrong with it.</value>
    public virtual IReadOnlyList<DatasetProblem> Problems => [];

    /// <summary>Opens it.</summary>
    /// <param name="config">What it is.</param>
    /// <param name="classes">The names of its classes from an earlier start, so that labels stay; null: as they are found.</param>
    public static TrainingData Open(DataConfig config, IReadOnlyList<string>? classes = null)
    {
        if (config.Path.Length == 0) throw new UsageException("Say where the images are: --data, or data.path in the configuration.");
        if (!Path.Exists(config.Path)) throw new FileNotFoundException($"There is no '{config.Path}'.");
        var isCache = config.Kind == DataKind.Latents || (config.Kind == DataKind.Auto && File.Exists(Path.Combine(config.Path, "cache.json")));
        return isCache ? TrainingLatents.Open(config) : TrainingImages.Open(config, classes);
    }

    /// <summary>Batches for a training.</summary>
    public abstract BatchLoader Load(int batch, int seed);

    public abstract void Dispose();
}
