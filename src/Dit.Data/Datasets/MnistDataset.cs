namespace Dit.Data;

/// <summary>The MNIST digits, or any data set in the same four IDX files (Fashion-MNIST, KMNIST), held in memory.</summary>
/// <remarks>
/// Files: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, each plain or with
/// .gz; where both lie there, the plain one is read. Format: LeCun, Cortes and Burges, "The MNIST database".
/// </remarks>
public sealed class MnistDataset : IImageDataset
{
    /// <summary>The number of classes, labelled 0 to 9.</summary>
    public const int Classes = 10;

    private readonly byte[] _pixels;        // [N, H, W]
    private readonly byte[] _labels;        // [N]

    /// <summary>Reads and checks both files.</summary>
    /// <param name="folder">Where the files are.</param>
    /// <param name="train">The training digits; false for the test digits (t10k).</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, truncated or of another kind, or the two do not belong together.</exception>
    public MnistDataset(string folder, bool train = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var set = train ? "train" : "t10k";
        var images = IdxFile.Read(Find(folder, $"{set}-images-idx3-ubyte"), rank: 3);
        var labels = IdxFile.Read(Find(folder, $"{set}-labels-idx1-ubyte"), rank: 1);
        if (images.Sizes[0] != labels.Sizes[0])
            throw new InvalidDataException(
                $"'{images.Path}' has {images.Sizes[0]} images, but '{labels.Path}' has {labels.Sizes[0]} labels. They do not belong together.");

        var bad = labels.Data.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)(Classes - 1));
        if (bad >= 0)
            throw new InvalidDataException(
                $"'{labels.Path}' has the label {labels.Data[bad]} at offset {labels.DataOffset + bad} (image {bad}), but labels are 0 to {Classes - 1}.");

        (_pixels, _labels, Height, Width) = (images.Data, labels.Data, images.Sizes[1], images.Sizes[2]);
    }

    /// <inheritdoc/>
    public int Count => _labels.Length;

    /// <summary>Rows of an image, 28 in MNIST.</summary>
    public int Height { get; }

    /// <summary>Pixels in a row, 28 in MNIST.</summary>
    public int Width { get; }

    /// <inheritdoc/>
    public LabeledImage Read(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var size = Height * Width;
        return new LabeledImage(new PixelImage(_pixels.AsMemory(index * size, size), Height, Width, channels: 1), _labels[index]);
    }

    private static string Find(string folder, string name)
    {
        var plain = Path.Combine(folder, name);
        if (File.Exists(plain)) return plain;
        if (File.Exists(plain + ".gz")) return plain + ".gz";
        throw new FileNotFoundException($"'{folder}' has neither {name} nor {name}.gz.", plain);
    }
}
