using Dit.Core;
using Dit.Data;
using ImageSize = Dit.Core.ImageSize;

namespace Dit.Cli;

/// <summary>A data set of images and how they are read.</summary>
internal sealed class TrainingImages : TrainingData
{
    private readonly DataConfig _config;

    private TrainingImages(DataConfig config, IImageDataset dataset) => (_config, Dataset) = (config, dataset);

    public IImageDataset Dataset { get; }

    public override IReadOnlyList<DatasetProblem> Problems => Dataset.Problems;

    /// <value>Whether one image in two is mirrored.</value>
    public bool Flip => _config.Flip;

    /// <value>What happens when one cannot be read.</value>
    public BadImagePolicy OnBadImage => _config.OnBadImage;

    /// <value>How images get their size.</value>
    public IImageCrop Crop => new CenterCrop(Size.Height, Size.Width);

    /// <summary>Opens a data set.</summary>
    /// <param name="config">What it is.</param>
    /// <param name="classes">The names of its classes from an earlier start; null: as they are found.</param>
    /// <param name="usualSize">The size of files unless one is said.</param>
    public static TrainingImages Open(DataConfig config, IReadOnlyList<string>? classes = null, int usualSize = 64)
    {
        if (!Path.Exists(config.Path)) throw new FileNotFoundException($"There is no '{config.Path}'.");
        if (config.Channels is not (null or 1 or 3)) throw new UsageException($"An image has 1 or 3 channels, not {config.Channels}.");
        if (config.Size is <= 0) throw new UsageException($"The size is {config.Size}; it must be positive.");
        config = config with { Kind = config.Kind == DataKind.Auto ? Look(config.Path) : config.Kind };
        if (config is { Label: not null, Attributes: not null }) throw new UsageException("Give either --label or --attributes: an image has one kind of condition.");
        if (config.Attributes is not null && config.Kind is not (DataKind.CelebA or DataKind.Manifest))
            throw new UsageException($"Only CelebA and manifests have attributes; '{config.Path}' is of the kind {config.Kind}.");
        var decoding = new ImageDecodeOptions { Channels = config.Channels ?? 3 };
        IImageDataset dataset = config.Kind switch
        {
            DataKind.Mnist => new MnistDataset(config.Path),
            DataKind.Cifar10 => CifarDataset.Cifar10(config.Path),
            DataKind.Cifar100 => CifarDataset.Cifar100(config.Path),
            DataKind.CelebA => OpenCelebA(config, decoding),
            DataKind.ImageNet => new ImageNetDataset(config.Path, decoding: decoding),
            DataKind.Manifest => new ManifestDataset(config.Path, new ManifestColumns { Label = config.Label, Attributes = config.Attributes ?? [] }, decoding: decoding, classes: classes ?? config.Classes),
            DataKind.Flat => new ImageFolder(config.Path, FolderLayout.Flat, decoding),
            DataKind.Latents => throw new UsageException($"'{config.Path}' are latents, but images are wanted here."),
            _ => new ImageFolder(config.Path, FolderLayout.ClassPerFolder, decoding, classes ?? config.Classes),
        };
        if (config.Classes is { } names && config.Kind is not (DataKind.Folder or DataKind.Manifest)) dataset = Rename(dataset, names);
        var stored = config.Kind is DataKind.Mnist or DataKind.Cifar10 or DataKind.Cifar100 ? dataset.Read(0).Image : null;
        ImageSize size = config.Size ?? (stored is null ? usualSize : new ImageSize(stored.Height, stored.Width));
        return new(config, dataset)
        {
            Kind = config.Kind, Size = size, Channels = stored?.Channels ?? config.Channels ?? 3, Count = dataset.Count,
            Condition = config.Attributes is null ? ConditionType.Classes : ConditionType.Attributes, Classes = config.Attributes is null ? CountClasses(dataset) : CountAttributes(dataset),
            ClassNames = dataset.ClassNames, AttributeNames = dataset.AttributeNames,
        };
    }

    public override BatchLoader Load(int batch, int seed) => new(Dataset, batch, seed)
    {
        Crop = Crop,
        HorizontalFlip = _config.Flip,
        Workers = _config.Workers ?? Environment.ProcessorCount,
        OnBadImage = _config.OnBadImage,
    };

    /// <summary>As each image is trained on: for statistics.</summary>
    public IImageDataset Cropped() => Dataset.Map(image => image.Crop(Crop));

    public override void Dispose() => (Dataset as IDisposable)?.Dispose();

    private static DataKind Look(string path)
    {
        if (File.Exists(path)) return DataKind.Manifest;
        bool Has(string pattern) => Directory.EnumerateFiles(path, pattern).Any();
        if (Has("train-images*idx3-ubyte*")) return DataKind.Mnist;
        if (Has("data_batch_1.bin")) return DataKind.Cifar10;
        if (Has("fine_label_names.txt")) return DataKind.Cifar100;
        if (Has("list_attr_celeba.*")) return DataKind.CelebA;
        return Directory.EnumerateDirectories(path).Any(folder => !Path.GetFileName(folder).StartsWith('.')) ? DataKind.Folder : DataKind.Flat;
    }

    private static CelebADataset OpenCelebA(DataConfig config, ImageDecodeOptions decoding) => config.Attributes is { } attributes
        ? new(config.Path, attributes: attributes is ["all"] ? null : attributes, decoding: decoding)
        : new(config.Path, classBy: config.Label ?? "Male", decoding: decoding);

    private static RelabelledDataset Rename(IImageDataset dataset, string[] names) => CountClasses(dataset) == names.Length
        ? dataset.MapLabels(label => label, names)
        : throw new UsageException($"--classes names {names.Length} classes, but there are {CountClasses(dataset)}.");

    /// <summary>How many numbers the attributes of an image are: one for each name, or those of an array.</summary>
    private static int CountAttributes(IImageDataset dataset) => dataset.AttributeNames.Count > 1 ? dataset.AttributeNames.Count : dataset.Read(0).Attributes.Length;

    private static int CountClasses(IImageDataset dataset)
    {
        if (dataset.ClassNames.Count > 0) return dataset.ClassNames.Count;
        if (dataset.LabelOf(0) is null) return 0;
        return 1 + (int)Enumerable.Range(0, dataset.Count).Max(i => dataset.LabelOf(i) ?? 0);
    }
}
