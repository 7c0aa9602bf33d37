namespace Dit.Core;

/// <summary>A tensor of a file: a view of a storage.</summary>
internal sealed class PickledTensor
{
    private const int MostDimensions = 64;

    /// <summary>Checks that every element lies in the storage, and that there are no more of them than a file may hold.</summary>
    /// <exception cref="InvalidDataException">Not so.</exception>
    public PickledTensor(PickledStorage storage, long offset, long[] shape, long[] strides)
    {
        (Storage, Offset, Shape, Strides) = (storage, offset, shape, strides);
        if (shape.Length != strides.Length || shape.Length > MostDimensions)
            throw Bad($"has {shape.Length} sizes and {strides.Length} strides; as many of both are needed, and at most {MostDimensions}");
        if (offset < 0 || shape.Any(size => size < 0) || strides.Any(stride => stride < 0))
            throw Bad($"has a negative size, stride or offset (sizes {Text(shape)}, strides {Text(strides)}, offset {offset})");
        if (shape.Contains(0))
            return;
        var most = Math.Max(storage.Count, MemoryBudget.Margin / storage.ElementSize);
        Int128 count = 1, last = offset;
        for (var i = 0; i < shape.Length; i++)
        {
            count *= shape[i];
            last += (Int128)(shape[i] - 1) * strides[i];
            if (last >= storage.Count)
                throw Bad($"reaches beyond the {storage.Count} elements of its storage '{storage.Key}' (sizes {Text(shape)}, strides {Text(strides)}, offset {offset})");
            if (count > most)
                throw Bad($"repeats {storage.Count} stored elements to more than {most} (sizes {Text(shape)}, strides {Text(strides)})");
        }
        if (last >= storage.Count)
            throw Bad($"begins at element {offset} of a storage '{storage.Key}' of {storage.Count}");
        (Count, Extent) = ((long)count, (long)last + 1 - offset);
    }

    public PickledStorage Storage { get; }

    /// <summary>First element in the storage.</summary>
    public long Offset { get; }

    public long[] Shape { get; }

    public long[] Strides { get; }

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>Number of the storage's elements from the first that belongs to it to the last.</summary>
    public long Extent { get; }

    /// <summary>Whether its elements lie in the storage in its order, without gaps.</summary>
    public bool IsContiguous
    {
        get
        {
            var expected = 1L;
            for (var i = Shape.Length - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected)
                    return Count == 0;
                expected *= Shape[i];
            }
            return true;
        }
    }

    private static string Text(long[] numbers) => $"[{string.Join(", ", numbers)}]";

    private static InvalidDataException Bad(string problem) => new($"a tensor {problem}");
}
