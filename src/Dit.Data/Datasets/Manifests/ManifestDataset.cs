using System.Globalization;

namespace Dit.Data;

/// <summary>Images that a text file lists: CSV with a line of names first, or JSON Lines (.jsonl, .ndjson).</summary>
/// <remarks>
/// Opening reads the file once and keeps 8 bytes a line; a line is read again when its image is, so ten million of them are no matter.
/// A line that is malformed, or lacks what the others have, is an error when its image is read, as an image that cannot be decoded is.
/// </remarks>
public sealed class ManifestDataset : IImageDataset, IDisposable
{
    private const int MostProblems = 1000;

    private readonly LineFile _lines;
    private readonly IManifestFormat _format;
    private readonly ManifestColumns _columns;
    private readonly string _root;
    private readonly ImageDecodeOptions _decoding;
    private readonly Dictionary<string, int>? _labels;      // null: labels are numbers
    private readonly List<DatasetProblem> _problems = [];

    /// <summary>Indexes the file.</summary>
    /// <param name="path">The file: JSON Lines if its name ends in .jsonl or .ndjson, else CSV.</param>
    /// <param name="columns">What says what; null for images without labels, by the column "path".</param>
    /// <param name="root">What the paths in it are relative to; null for its own folder.</param>
    /// <param name="decoding">How files are decoded; null for RGB in full size.</param>
    /// <param name="classes">
    /// The names of the classes in the order of their labels; null for numbers, or for all names in natural order, which takes a look at every line.
    /// </param>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">It has no images, or lacks a column.</exception>
    public ManifestDataset(string path, ManifestColumns? columns = null, string? root = null, ImageDecodeOptions? decoding = null, IReadOnlyList<string>? classes = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _columns = columns ?? new ManifestColumns();
        (_root, _decoding) = (root ?? Path.GetDirectoryName(Path.GetFullPath(path))!, decoding ?? FileDecoding.Rgb);
        var isJson = path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase);
        _lines = new LineFile(path, quoted: !isJson);
        try
        {
            if (_lines.Count == 0) throw new InvalidDataException($"'{path}' is empty.");
            _format = isJson ? new JsonLinesManifest(_columns) : new CsvManifest(_lines.Read(0), _columns, _lines.Describe(0));
            var count = _lines.Count - _format.HeaderLines;
            if (count is <= 0 or > int.MaxValue) throw new InvalidDataException($"'{path}' lists {count} images; 1 to {int.MaxValue} can be used.");
            Count = (int)count;
            if (_columns.Label is not null && (classes is not null || !IsNumber(FirstLabel())))
            {
                ClassNames = classes is not null ? [.. classes] : FindClasses();
                _labels = ClassList.Index(ClassNames, "The class list");
            }
        }
        catch
        {
            _lines.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<string> AttributeNames => _columns.Attributes;

    /// <inheritdoc/>
    public IReadOnlyList<DatasetProblem> Problems => _problems;

    /// <inheritdoc/>
    public LabeledImage Read(int index) => FileDecoding.Decode(ReadFile(index));

    /// <inheritdoc/>
    public LabeledImage Read(int index, IImageCrop crop, Random random) => FileDecoding.Decode(ReadFile(index), crop, random);

    /// <inheritdoc/>
    public EncodedImage ReadFile(int index)
    {
        var row = Row(index);
        var file = FileOf(row, index);
        var label = LabelOf(row, index);
        try
        {
            return FileDecoding.Read(file, _decoding) with { Label = label, Attributes = row.Attributes };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException($"'{file}', which {Place(index)} lists, does not exist.", file, e);
        }
    }

    /// <inheritdoc/>
    public (int Height, int Width) SizeOf(int index) => FileDecoding.SizeOf(FileOf(Row(index), index), _decoding);

    /// <summary>The file of an image, or the line where it cannot be told.</summary>
    public string NameOf(int index)
    {
        try
        {
            return FileOf(Row(index), index);
        }
        catch (InvalidDataException)
        {
            return Place(index);
        }
    }

    /// <inheritdoc/>
    public long? LabelOf(int index) => LabelOf(Row(index), index);

    /// <summary>Closes the file.</summary>
    public void Dispose() => _lines.Dispose();

    private ManifestRow Row(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        try
        {
            return _format.Parse(_lines.Read(index + _format.HeaderLines));
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{Place(index)} cannot be understood. {e.Message}", e);
        }
    }

    private string FileOf(ManifestRow row, int index) => row.Path is null
        ? throw new InvalidDataException($"{Place(index)} has no '{_columns.Path}'.")
        : Path.Combine(_root, row.Path);

    private long? LabelOf(ManifestRow row, int index)
    {
        if (_columns.Label is null) return null;
        if (row.Label is null) throw new InvalidDataException($"{Place(index)} has no '{_columns.Label}', which is the class of the image.");
        if (_labels is null)
        {
            return IsNumber(row.Label) ? long.Parse(row.Label, CultureInfo.InvariantCulture) : throw new InvalidDataException(
                $"{Place(index)} has the class '{row.Label}', but the first image's is a number. Give the list of classes, or write numbers throughout.");
        }
        return _labels.TryGetValue(row.Label, out var label) ? label : throw new InvalidDataException(
            $"{Place(index)} has the class '{row.Label}', which is not in the class list of {_labels.Count}.");
    }

    private string FirstLabel()
    {
        for (var i = 0; i < Count; i++)
        {
            try
            {
                if (Row(i).Label is { } label) return label;
            }
            catch (InvalidDataException)
            {
                // It is an error again when its image is read.
            }
        }
        throw new InvalidDataException($"No line of '{_lines.Path}' has a '{_columns.Label}', which is the class of the image.");
    }

    /// <summary>All names of classes. Lines that cannot be understood are noted; their images cannot be read either.</summary>
    private string[] FindClasses()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Count; i++)
        {
            try
            {
                if (Row(i).Label is { } name) names.Add(name);
                else Note(i, $"The line has no '{_columns.Label}', which is the class of the image.");
            }
            catch (InvalidDataException e)
            {
                Note(i, e.Message);
            }
        }
        return [.. names.Order(NaturalOrder.Instance)];
    }

    private void Note(int index, string problem)
    {
        if (_problems.Count < MostProblems) _problems.Add(new DatasetProblem(Place(index), problem));
        else if (_problems.Count == MostProblems)
            _problems.Add(new DatasetProblem(Place(index), "There are more such lines from here on; DatasetCheck names them all."));
    }

    private string Place(int index) => _lines.Describe(index + _format.HeaderLines);

    private static bool IsNumber(string? label) => label is not null && label.Length < 19 && label.All(char.IsAsciiDigit) && label.Length > 0;
}
