namespace Dit.Data;

/// <summary>The images of several data sets, one after the other.</summary>
public sealed class ConcatDataset : IImageDataset
{
    private readonly IImageDataset[] _parts;
    private readonly int[] _starts;

    internal ConcatDataset(IImageDataset[] parts)
    {
        (_parts, _starts) = (parts, new int[parts.Length]);
        var count = 0L;
        for (var i = 0; i < parts.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(parts[i]);
            RequireSame("classes", parts[0].ClassNames, parts[i].ClassNames, i);
            RequireSame("attributes", parts[0].AttributeNames, parts[i].AttributeNames, i);
            _starts[i] = (int)count;
            count += parts[i].Count;
            if (count > int.MaxValue) throw new ArgumentException($"The data sets have more than {int.MaxValue} images together.", nameof(parts));
        }
        Count = (int)count;
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => _parts[0].ClassNames;

    /// <inheritdoc/>
    public IReadOnlyList<string> AttributeNames => _parts[0].AttributeNames;

    /// <inheritdoc/>
    public IReadOnlyList<DatasetProblem> Problems => [.. _parts.SelectMany(p => p.Problems)];

    /// <inheritdoc/>
    public LabeledImage Read(int index)
    {
        var (part, inner) = Find(index);
        return part.Read(inner);
    }

    /// <inheritdoc/>
    public LabeledImage Read(int index, IImageCrop crop, Random random)
    {
        var (part, inner) = Find(index);
        return part.Read(inner, crop, random);
    }

    /// <inheritdoc/>
    public EncodedImage? ReadFile(int index)
    {
        var (part, inner) = Find(index);
        return part.ReadFile(inner);
    }

    /// <inheritdoc/>
    public (int Height, int Width) SizeOf(int index)
    {
        var (part, inner) = Find(index);
        return part.SizeOf(inner);
    }

    /// <inheritdoc/>
    public string NameOf(int index)
    {
        var (part, inner) = Find(index);
        return part.NameOf(inner);
    }

    /// <inheritdoc/>
    public long? LabelOf(int index)
    {
        var (part, inner) = Find(index);
        return part.LabelOf(inner);
    }

    private (IImageDataset Part, int Index) Find(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var part = _parts.Length - 1;
        while (_starts[part] > index || _parts[part].Count == 0) part--;
        return (_parts[part], index - _starts[part]);
    }

    private static void RequireSame(string what, IReadOnlyList<string> first, IReadOnlyList<string> other, int number)
    {
        if (first.SequenceEqual(other)) return;
        throw new ArgumentException(
            $"Data set {number} has the {what} [{string.Join(", ", other.Take(10))}], but data set 0 has [{string.Join(", ", first.Take(10))}]. "
            + "Give both the same list (MapLabels changes labels and their names).", nameof(other));
    }
}
