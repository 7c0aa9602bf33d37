namespace Dit.Data;

/// <summary>ImageNet (ILSVRC 2012) as it is usually laid out. Classes are the synsets in order (n01440764 is 0), as every published model has them.</summary>
/// <remarks>
/// <para>A part is the folder train or val, at the top or in ILSVRC/Data/CLS-LOC. In it are folders by synset; or, for val, the images
/// themselves, and LOC_val_solution.csv beside them or at the top says which is of which synset.</para>
/// <para>Where LOC_synset_mapping.txt is there, the class names are its words ("tench, Tinca tinca"), else the synsets.</para>
/// </remarks>
public sealed class ImageNetDataset : IImageDataset
{
    private readonly ImageFolder _images;
    private readonly int[]? _labels;        // of flat images; -1 for none
    private readonly int[]? _listed;        // the flat images that have a label
    private readonly List<DatasetProblem> _problems = [];

    /// <summary>Lists the files.</summary>
    /// <param name="folder">The folder with train and val.</param>
    /// <param name="split">Training or validation.</param>
    /// <param name="decoding">How files are decoded; null for RGB in full size.</param>
    /// <exception cref="DirectoryNotFoundException">The part is not there.</exception>
    /// <exception cref="InvalidDataException">Nothing says which image is of which class.</exception>
    public ImageNetDataset(string folder, DataSplit split = DataSplit.Training, ImageDecodeOptions? decoding = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var part = split switch
        {
            DataSplit.Training => FindPart(folder, "train"),
            DataSplit.Validation => FindPart(folder, "val"),
            _ => throw new ArgumentOutOfRangeException(nameof(split), split, "ImageNet has labels for Training and Validation."),
        };
        var mapping = TextTable.Find(folder, "LOC_synset_mapping.txt");
        Synsets = mapping is not null ? [.. File.ReadLines(mapping).Where(l => l.Length > 0).Select(l => l.Split(' ')[0]).Order(StringComparer.Ordinal)]
            : FindFolders(folder, part);
        ClassNames = mapping is null ? Synsets : ReadNames(mapping);
        if (Directory.EnumerateDirectories(part).Any())
        {
            _images = new ImageFolder(part, FolderLayout.ClassPerFolder, decoding, Synsets.Count > 0 ? Synsets : null);
            return;
        }
        _images = new ImageFolder(part, FolderLayout.Flat, decoding);
        _labels = ReadSolution(folder, part);
        _listed = [.. Enumerable.Range(0, _labels.Length).Where(i => _labels[i] >= 0)];
    }

    /// <summary>The synset of each class, such as n01440764.</summary>
    public IReadOnlyList<string> Synsets { get; }

    /// <inheritdoc/>
    public int Count => _listed?.Length ?? _images.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public IReadOnlyList<DatasetProblem> Problems => [.. _images.Problems, .. _problems];

    /// <inheritdoc/>
    public LabeledImage Read(int index) => _images.Read(FileOf(index)) with { Label = LabelOf(index) };

    /// <inheritdoc/>
    public LabeledImage Read(int index, IImageCrop crop, Random random) => _images.Read(FileOf(index), crop, random) with { Label = LabelOf(index) };

    /// <inheritdoc/>
    public EncodedImage ReadFile(int index) => _images.ReadFile(FileOf(index)) with { Label = LabelOf(index) };

    /// <inheritdoc/>
    public (int Height, int Width) SizeOf(int index) => _images.SizeOf(FileOf(index));

    /// <inheritdoc/>
    public string NameOf(int index) => _images.NameOf(FileOf(index));

    /// <inheritdoc/>
    public long? LabelOf(int index) => _labels?[FileOf(index)] ?? _images.LabelOf(index);

    private int FileOf(int index) => _listed?[index] ?? index;

    private int[] ReadSolution(string folder, string part)
    {
        var path = TextTable.Find(part, "LOC_val_solution.csv") ?? TextTable.Find(folder, "LOC_val_solution.csv") ?? throw new InvalidDataException(
            $"'{part}' has no folders by synset, and there is no LOC_val_solution.csv beside it or in '{folder}', so nothing says which image is of which class. "
            + "ILSVRC2012_validation_ground_truth.txt does not do: its numbers are not the classes. Sort the images into folders by synset.");
        var classes = ClassList.Index(Synsets, $"'{folder}'");
        var byName = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (line, words) in TextTable.Read(path).Skip(1))
        {
            var synset = words is [_, var boxes, ..] ? boxes.Split(' ')[0] : "";
            if (classes.TryGetValue(synset, out var label)) byName[words[0]] = label;
            else _problems.Add(new DatasetProblem($"{path}:{line}", $"'{words[0]}' has no known synset ('{synset}'); the image was left out."));
        }
        var labels = new int[_images.Count];
        for (var i = 0; i < labels.Length; i++)
        {
            var name = Path.GetFileNameWithoutExtension(_images.NameOf(i));
            if (byName.TryGetValue(name, out labels[i])) continue;
            labels[i] = -1;
            _problems.Add(new DatasetProblem(_images.NameOf(i), $"The image is not in '{path}'; it was left out."));
        }
        return labels;
    }

    private string[] ReadNames(string mapping)
    {
        var words = File.ReadLines(mapping).Where(l => l.Length > 0).Select(l => l.Split(' ', 2)).ToDictionary(l => l[0], l => l.Length > 1 ? l[1] : l[0]);
        return [.. Synsets.Select(s => words[s])];
    }

    /// <summary>The classes are those of train, so that a part of val has the same numbers.</summary>
    private static string[] FindFolders(string folder, string part)
    {
        var train = Parts(folder, "train").FirstOrDefault(Directory.Exists) ?? part;
        return [.. Directory.EnumerateDirectories(train).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];
    }

    private static string FindPart(string folder, string name) => Parts(folder, name).FirstOrDefault(Directory.Exists)
        ?? throw new DirectoryNotFoundException($"'{folder}' has neither {name} nor ILSVRC/Data/CLS-LOC/{name}.");

    private static string[] Parts(string folder, string name) => [Path.Combine(folder, name), Path.Combine(folder, "ILSVRC", "Data", "CLS-LOC", name)];
}
