namespace Dit.Data;

/// <summary>The image files in a folder, with a class per folder or without classes, in natural order (img2 before img10).</summary>
/// <remarks>
/// <para>The names are read once, when it is made; the files when they are asked for. PNG, JPEG, WebP, GIF, BMP, TIFF and AVIF, known by their
/// endings. Names that begin with a dot are left out.</para>
/// <para>A class without images keeps its label. What cannot be read or looks wrong is in <see cref="Problems"/>, with its path.</para>
/// </remarks>
public sealed class ImageFolder : IImageDataset
{
    private readonly PathTable _files = new();
    private readonly List<DatasetProblem> _problems = [];
    private readonly List<(int Start, int Label)> _classes = [];       // in the order of the files
    private readonly ImageDecodeOptions _decoding;

    /// <summary>Lists the files.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="layout">Whether its folders are classes.</param>
    /// <param name="decoding">How files are decoded; null for RGB in full size.</param>
    /// <param name="classes">The folders that are classes, in the order of their labels, such as a saved <see cref="ClassList"/>; null: all, in natural order.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="InvalidDataException">It has no images.</exception>
    public ImageFolder(string folder, FolderLayout layout = FolderLayout.ClassPerFolder, ImageDecodeOptions? decoding = null, IReadOnlyList<string>? classes = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The folder '{folder}' does not exist.");
        (Folder, _decoding) = (folder, decoding ?? FileDecoding.Rgb);
        var scan = new FolderScan(_files, _problems);
        if (layout == FolderLayout.Flat) scan.Add(folder);
        else ClassNames = AddClasses(scan, classes);
        if (_files.Count == 0)
        {
            var cure = layout == FolderLayout.ClassPerFolder && _problems.Count > 0 ? $" {_problems[0]}" : "";
            throw new InvalidDataException($"The folder '{folder}' has no images ({FolderScan.Extensions}).{cure}");
        }
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <inheritdoc/>
    public int Count => _files.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<DatasetProblem> Problems => _problems;

    /// <inheritdoc/>
    public LabeledImage Read(int index) => FileDecoding.Decode(ReadFile(index));

    /// <inheritdoc/>
    public LabeledImage Read(int index, IImageCrop crop, Random random) => FileDecoding.Decode(ReadFile(index), crop, random);

    /// <inheritdoc/>
    public EncodedImage ReadFile(int index) => FileDecoding.Read(NameOf(index), _decoding) with { Label = LabelOf(index) };

    /// <inheritdoc/>
    public (int Height, int Width) SizeOf(int index) => FileDecoding.SizeOf(NameOf(index), _decoding);

    /// <inheritdoc/>
    public string NameOf(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return _files[index];
    }

    /// <inheritdoc/>
    public long? LabelOf(int index)
    {
        if (_classes.Count == 0) return null;
        var (low, high) = (0, _classes.Count - 1);          // the last class that starts at or before the image
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _classes[middle].Start <= index ? (middle, high) : (low, middle - 1);
        }
        return _classes[low].Label;
    }

    private List<string> AddClasses(FolderScan scan, IReadOnlyList<string>? classes)
    {
        var (folders, beside) = scan.List(Folder);
        if (beside.Count > 0)
            _problems.Add(new DatasetProblem(Folder,
                $"{beside.Count} images ({beside[0]}, ...) lie beside the class folders and belong to no class; they were left out. "
                + "For all images without classes use FolderLayout.Flat."));
        List<string> names = classes is null ? [.. folders.Select(f => f.Name)] : [.. classes];
        var labels = ClassList.Index(names, "The class list");
        foreach (var folder in folders)
        {
            if (!labels.Remove(folder.Name, out var label))
            {
                _problems.Add(new DatasetProblem(folder.FullName, "The folder is not in the class list; it was left out."));
                continue;
            }
            var start = _files.Count;
            if (scan.Add(folder.FullName) > 0) _classes.Add((start, label));
            else _problems.Add(new DatasetProblem(folder.FullName, $"The class folder has no images; the class keeps its label {label}."));
        }
        foreach (var (name, label) in labels.OrderBy(l => l.Value))
            _problems.Add(new DatasetProblem(Path.Combine(Folder, name), $"The class list has this folder as class {label}, but it does not exist."));
        return names;
    }
}
