namespace Dit.Data;

/// <summary>CelebA (Liu et al. 2015), aligned: 202,599 faces with 40 attributes each, such as Male, Smiling, Eyeglasses.</summary>
/// <remarks>
/// Files: img_align_celeba/*.jpg, list_attr_celeba.txt and for <see cref="DataSplit"/>s list_eval_partition.txt, or both lists as .csv.
/// The condition of an image is its attributes, 0 or 1 each, or with <c>classBy</c> a class: 0 without that attribute, 1 with it.
/// </remarks>
public sealed class CelebADataset : IImageDataset
{
    private readonly string _folder;
    private readonly PathTable _files = new();
    private readonly List<byte> _values = [];           // [N, A]: 0 or 1
    private readonly List<DatasetProblem> _problems = [];
    private readonly bool _isClass;
    private readonly int _width;                        // A
    private readonly ImageDecodeOptions _decoding;

    /// <summary>Reads the lists; the images are read when they are asked for.</summary>
    /// <param name="folder">The folder with the lists and img_align_celeba.</param>
    /// <param name="split">Which part.</param>
    /// <param name="attributes">The attributes that are the condition, in this order; null for all.</param>
    /// <param name="classBy">The attribute that is the class instead; not together with <paramref name="attributes"/>.</param>
    /// <param name="decoding">How files are decoded; null for RGB in full size.</param>
    /// <exception cref="FileNotFoundException">A list is missing.</exception>
    /// <exception cref="ArgumentException">There is no attribute of a given name.</exception>
    /// <exception cref="InvalidDataException">A list is of another kind, or has no image of this part.</exception>
    public CelebADataset(
        string folder, DataSplit split = DataSplit.All, IReadOnlyList<string>? attributes = null, string? classBy = null, ImageDecodeOptions? decoding = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (attributes is not null && classBy is not null)
            throw new ArgumentException("Give either attributes or classBy: a batch has one kind of condition.", nameof(classBy));
        (_folder, _decoding, _isClass) = (FindImages(folder), decoding ?? FileDecoding.Rgb, classBy is not null);
        var list = Find(folder, "list_attr_celeba");
        using var lines = TextTable.Read(list).GetEnumerator();
        var (all, promised) = ReadHeader(lines, list);
        string[] chosen = classBy is not null ? [classBy] : [.. attributes ?? all];
        var columns = Array.ConvertAll(chosen, name => Column(all, name, classBy is null ? nameof(attributes) : nameof(classBy)));
        ClassNames = classBy is null ? [] : [$"not {classBy}", classBy];
        AttributeNames = classBy is null ? chosen : [];
        _width = chosen.Length;

        var part = split == DataSplit.All ? null : ReadPart(Find(folder, "list_eval_partition"), split);
        _files.Enter(_folder);
        ReadRows(lines, list, all.Length, columns, promised, part);
        if (Count == 0) throw new InvalidDataException($"'{list}' has no image of the part {split}.");
    }

    /// <inheritdoc/>
    public int Count => _files.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> AttributeNames { get; }

    /// <inheritdoc/>
    public IReadOnlyList<DatasetProblem> Problems => _problems;

    /// <inheritdoc/>
    public LabeledImage Read(int index) => FileDecoding.Decode(ReadFile(index));

    /// <inheritdoc/>
    public LabeledImage Read(int index, IImageCrop crop, Random random) => FileDecoding.Decode(ReadFile(index), crop, random);

    /// <inheritdoc/>
    public EncodedImage ReadFile(int index)
    {
        var file = FileDecoding.Read(NameOf(index), _decoding);
        if (_isClass) return file with { Label = LabelOf(index) };
        var attributes = new float[_width];
        for (var i = 0; i < _width; i++) attributes[i] = _values[index * _width + i];
        return file with { Attributes = attributes };
    }

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
    public long? LabelOf(int index) => _isClass ? _values[index] : null;

    private static (string[] Names, int? Promised) ReadHeader(IEnumerator<(int Line, string[] Words)> lines, string path)
    {
        int? promised = null;
        if (lines.MoveNext() && lines.Current.Words is [var count] && int.TryParse(count, out var images))
        {
            promised = images;
            lines.MoveNext();
        }
        string[] names = lines.Current.Words ?? [];
        if (names is ["image_id", .. var rest]) names = rest;
        if (names.Length == 0 || int.TryParse(names[^1], out _))
            throw new InvalidDataException($"'{path}' has no line with the names of the attributes, which CelebA's list has at its start.");
        return (names, promised);
    }

    private void ReadRows(
        IEnumerator<(int Line, string[] Words)> lines, string path, int width, int[] columns, int? promised, HashSet<string>? part)
    {
        var (rows, seen) = (0, new HashSet<string>(StringComparer.Ordinal));
        while (lines.MoveNext())
        {
            var (line, words) = lines.Current;
            rows++;
            if (part is not null && !part.Contains(words[0])) continue;
            if (words.Length != width + 1 || words.Skip(1).Any(w => w is not ("1" or "-1" or "0")))
                _problems.Add(new DatasetProblem($"{path}:{line}", $"'{words[0]}' does not have {width} attributes of -1 or 1; the image was left out."));
            else if (!seen.Add(words[0]))
                _problems.Add(new DatasetProblem($"{path}:{line}", $"'{words[0]}' is listed a second time; the first line was kept."));
            else
            {
                _files.Add(words[0]);
                foreach (var column in columns) _values.Add(words[column + 1] == "1" ? (byte)1 : (byte)0);
            }
        }
        if (promised is { } count && count != rows)
            _problems.Add(new DatasetProblem(path, $"The first line promises {count} images, but {rows} are listed. The file may be truncated."));
    }

    private static HashSet<string> ReadPart(string path, DataSplit split)
    {
        var number = split switch { DataSplit.Training => "0", DataSplit.Validation => "1", _ => "2" };
        return [.. TextTable.Read(path).Where(l => l.Words is [_, var part] && part == number).Select(l => l.Words[0])];
    }

    private static int Column(string[] names, string name, string argument)
    {
        var column = Array.IndexOf(names, name);
        return column >= 0 ? column : throw new ArgumentException($"There is no attribute '{name}'. There are: {string.Join(", ", names)}.", argument);
    }

    private static string Find(string folder, string name) => TextTable.Find(folder, $"{name}.txt", $"{name}.csv", $"Anno/{name}.txt", $"Eval/{name}.txt")
        ?? throw new FileNotFoundException($"'{folder}' has neither {name}.txt nor {name}.csv.", Path.Combine(folder, $"{name}.txt"));

    private static string FindImages(string folder)
    {
        string[] places = ["img_align_celeba/img_align_celeba", "img_align_celeba", "Img/img_align_celeba"];
        return places.Select(p => Path.Combine(folder, p)).FirstOrDefault(Directory.Exists)
            ?? throw new DirectoryNotFoundException($"'{folder}' has no folder img_align_celeba with the images.");
    }
}
