using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>The zip format: <c>PREFIX/data.pkl</c> has the objects, <c>PREFIX/data/KEY</c> the storages.</summary>
internal sealed class ZipStorages : IStorageSource
{
    private const string Objects = "data.pkl";

    private readonly InputFile _file;
    private readonly Dictionary<string, ZipRecord> _records;
    private readonly string _prefix;

    private ZipStorages(InputFile file, MemoryBudget budget)
    {
        (_file, _records) = (file, ZipDirectory.Read(file, budget));
        var objects = _records.Values.Where(r => r.Name == Objects || r.Name.EndsWith("/" + Objects, StringComparison.Ordinal)).Take(2).ToArray();
        if (objects is not [var pickle])
            throw new InvalidDataException($"it is a zip archive with {(objects.Length == 0 ? "no" : "more than one")} {Objects}, which torch.save writes");
        _prefix = pickle.Name[..^Objects.Length];
        CheckByteOrder();

        pickle.Verify();
        var storages = new StorageTable(budget);
        using var data = pickle.Open();
        Root = new Unpickler(new PickleReader(data, pickle.Length, budget), budget, storages.Find).Load();
        foreach (var storage in storages.Storages.Values)
            Check(storage);
    }

    public PickleValue Root { get; }

    public static ZipStorages Open(InputFile file, MemoryBudget budget) => new(file, budget);

    public void Read(PickledStorage storage, long offset, Tensor target)
    {
        if (storage.Count == 0 || target.numel() == 0)
            return;
        var record = Record(storage);
        record.Verify();
        if (record.StoredAt is { } start)
        {
            _file.Read(start + (offset * storage.ElementSize), target);
            return;
        }
        using var data = record.Open();
        Skip(data, offset * storage.ElementSize);
        TensorBytes.ForEachSpan(target, data.ReadExactly);
    }

    private ZipRecord Record(PickledStorage storage) => _records.TryGetValue($"{_prefix}data/{storage.Key}", out var record)
        ? record
        : throw new InvalidDataException($"it has no record '{_prefix}data/{storage.Key}', a storage that its tensors need");

    private void Check(PickledStorage storage)
    {
        if (storage.Count > 0 && Record(storage) is var record && record.Length != storage.Length)
        {
            throw new InvalidDataException(
                $"its storage '{storage.Key}' is said to be {storage.Count} {storage.Dtype}, {storage.Length} bytes, but its record has {record.Length}");
        }
    }

    private void CheckByteOrder()
    {
        if (!_records.TryGetValue(_prefix + "byteorder", out var record))
            return;
        record.Verify();
        Span<byte> order = stackalloc byte[6];
        using var data = record.Open();
        if (record.Length != order.Length || data.ReadAtLeast(order, order.Length, throwOnEndOfStream: false) != order.Length || !order.SequenceEqual("little"u8))
            throw new InvalidDataException("its numbers are big-endian or of unknown byte order; only little-endian ones are read");
    }

    private static void Skip(Stream data, long count)
    {
        Span<byte> skipped = stackalloc byte[4096];
        for (; count > 0; count -= Math.Min(count, skipped.Length))
            data.ReadExactly(skipped[..(int)Math.Min(count, skipped.Length)]);
    }
}
