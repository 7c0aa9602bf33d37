using Dit.Core;
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

    /// <value>What an image is conditioned on: a class, or attributes together.</value>
    public required ConditionType Condition { get; init; }

    /// <value>How many classes or attributes there are; 0 for images without.</value>
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

    /// <value>The names of the attributes; empty where they have none.</value>
    public required IReadOnlyList<string> AttributeNames { get; init; }

    /// <summary>The configuration with what the data say for what it left open, so that a later start finds the same.</summary>
    public DataConfig Resolve(DataConfig config) => config with { Kind = Kind, Attributes = AttributeNames.Count == 0 ? null : [.. AttributeNames] };

    /// <summary>The configuration of a model that can be trained on it.</summary>
    /// <exception cref="UsageException">The configuration says another condition.</exception>
    public DitConfig ModelFor(RunConfig config)
    {
        if (config.Model["condition"]?.ToString() == nameof(ConditionType.Tokens))
            throw new UsageException("No data set that dit reads has sequences of tokens. Train such a model in a program, with an IBatchSource; dit samples it with --conditions.");
        var model = config.ModelFor(Channels, Size, Classes, Condition);
        if ((model.Condition == ConditionType.Classes) != (Condition == ConditionType.Classes))
            throw new UsageException(Condition == ConditionType.Classes
                ? $"The model's condition is {model.Condition}, but '{config.Data.Path}' has {(Classes == 0 ? "none" : "classes")}: name attributes with --attributes."
                : $"'{config.Data.Path}' has attributes, but the model's condition is classes: take Attributes or Vector (--condition).");
        if (Condition != ConditionType.Classes && model.Classes != Classes)
            throw new UsageException($"The model's conditions have {model.Classes} numbers (model.classes), but '{config.Data.Path}' has {Classes} for each image.");
        return model;
    }

    /// <summary>Conditions for previews: each class in turn, or the attributes of some of the images. They are the caller's.</summary>
    public async Task<Conditions> ToPreviewAsync(DitConfig model, int seed, CancellationToken cancellationToken)
    {
        const int Most = 16;
        if (Condition == ConditionType.Classes) return Conditions.Each(model, ClassNames, Most);
        await using var some = Load(Math.Min(Most, Count), seed);
        await foreach (var batch in some.WithCancellation(cancellationToken))
            return new Conditions(batch.Labels!.clone(), [.. Enumerable.Range(0, (int)batch.Count).Select(i => $"{i}")]);
        throw new InvalidDataException("The data set gave no batch.");
    }

    /// <summary>Batches for a training.</summary>
    public abstract BatchLoader Load(int batch, int seed);

    public abstract void Dispose();
}
