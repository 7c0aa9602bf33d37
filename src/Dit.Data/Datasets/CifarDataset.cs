namespace Dit.Data;

/// <summary>CIFAR-10 or CIFAR-100 (Krizhevsky 2009) in their binary version, held in memory: 32 x 32, RGB.</summary>
/// <remarks>
/// A record is the label, or in CIFAR-100 the coarse and the fine label, and 1024 bytes each of red, green and blue. Class names are
/// read from the text files beside the records, where these are there.
/// </remarks>
public sealed class CifarDataset : IImageDataset
{
    /// <summary>Rows of an image, and pixels in a row.</summary>
    public const int Size = 32;

    private const int Channels = 3;
    private const int Pixels = Size * Size;

    private readonly List<byte> _labels = [];
    private readonly List<byte[]> _files = [];          // records, as they lie in the file
    private readonly List<(int File, int Offset)> _images = [];
    private readonly List<string> _names = [];          // of the files

    private CifarDataset(string folder, string[] files, int labels, int labelAt, int classes, string names)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        foreach (var file in files) Add(Path.Combine(folder, file), labels, labelAt, classes);
        ClassNames = ReadNames(Path.Combine(folder, names), classes);
    }

    /// <summary>CIFAR-10: data_batch_1.bin to data_batch_5.bin or test_batch.bin, and batches.meta.txt.</summary>
    /// <param name="folder">Where the files are (cifar-10-batches-bin).</param>
    /// <param name="train">The 50,000 training images; false for the 10,000 test images.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is truncated or of another kind.</exception>
    public static CifarDataset Cifar10(string folder, bool train = true) =>
        new(folder, train ? [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")] : ["test_batch.bin"], labels: 1, labelAt: 0, classes: 10, "batches.meta.txt");

    /// <summary>CIFAR-100: train.bin or test.bin, and fine_label_names.txt or coarse_label_names.txt.</summary>
    /// <param name="folder">Where the files are (cifar-100-binary).</param>
    /// <param name="train">The 50,000 training images; false for the 10,000 test images.</param>
    /// <param name="coarse">The 20 superclasses instead of the 100 classes.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is truncated or of another kind.</exception>
    public static CifarDataset Cifar100(string folder, bool train = true, bool coarse = false) =>
        new(folder, [train ? "train.bin" : "test.bin"], labels: 2, labelAt: coarse ? 0 : 1, classes: coarse ? 20 : 100, $"{(coarse ? "coarse" : "fine")}_label_names.txt");

    /// <inheritdoc/>
    public int Count => _images.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public LabeledImage Read(int index)
    {
        var (file, offset) = Find(index);
        var planes = _files[file].AsSpan(offset, Channels * Pixels);
        var pixels = new byte[Channels * Pixels];
        for (var c = 0; c < Channels; c++)
            for (var i = 0; i < Pixels; i++) pixels[i * Channels + c] = planes[c * Pixels + i];
        return new LabeledImage(new PixelImage(pixels, Size, Size, Channels), _labels[index]);
    }

    /// <inheritdoc/>
    public string NameOf(int index)
    {
        var (file, offset) = Find(index);
        return $"{_names[file]}, offset {offset}";
    }

    /// <inheritdoc/>
    public long? LabelOf(int index) => _labels[index];

    private (int File, int Offset) Find(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return _images[index];
    }

    private void Add(string path, int labels, int labelAt, int classes)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"'{path}' does not exist. Unpack the binary version of CIFAR, and give the folder with its .bin files.", path);
        var data = File.ReadAllBytes(path);
        var record = labels + Channels * Pixels;
        if (data.Length == 0 || data.Length % record != 0)
            throw new InvalidDataException(
                $"'{path}' has {data.Length} bytes, which is no multiple of {record}, the size of a record: it is truncated, or of another data set.");
        _files.Add(data);
        _names.Add(path);
        for (var start = 0; start < data.Length; start += record)
        {
            var label = data[start + labelAt];
            if (label >= classes)
                throw new InvalidDataException($"'{path}' has the label {label} at offset {start + labelAt}, but labels are 0 to {classes - 1}. It is of another data set.");
            _labels.Add(label);
            _images.Add((_files.Count - 1, start + labels));
        }
    }

    private static string[] ReadNames(string path, int classes)
    {
        if (!File.Exists(path)) return [];
        string[] names = [.. File.ReadLines(path).Select(l => l.Trim()).Where(l => l.Length > 0)];
        return names.Length == classes ? names : throw new InvalidDataException($"'{path}' has {names.Length} names, but there are {classes} classes.");
    }
}
