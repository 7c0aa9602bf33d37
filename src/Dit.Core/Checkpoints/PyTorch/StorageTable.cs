namespace Dit.Core;

/// <summary>The storages that a pickle names, each once.</summary>
internal sealed class StorageTable(MemoryBudget budget)
{
    private readonly Dictionary<string, PickledStorage> _storages = [];

    public IReadOnlyDictionary<string, PickledStorage> Storages => _storages;

    /// <summary>The storage that a persistent id means: ('storage', type, key, location, number of elements).</summary>
    /// <remarks>The location, such as <c>cuda:0</c>, does not matter: tensors are read into host memory.</remarks>
    /// <exception cref="InvalidDataException">It means none.</exception>
    public PickledStorage Find(PickleValue id)
    {
        if (id is not { Kind: PickleKind.Tuple, Items: [{ Value: "storage" }, var type, { Value: string key }, _, { Value: long count }, ..] })
            throw new InvalidDataException($"{id} stands where a storage belongs");
        if (id.Items.Count > 5 && id.Items[5] is not { Kind: PickleKind.Scalar, Value: null })
            throw new InvalidDataException($"its storage '{key}' is a view of another, as PyTorch before 0.4 wrote it; save it again with a newer one");
        if (count < 0 || count > long.MaxValue / 8)
            throw new InvalidDataException($"its storage '{key}' is said to have {count} elements");
        budget.Take(300);
        var storage = new PickledStorage(key, PickleGlobals.StorageType(type), count);
        if (_storages.TryAdd(key, storage) || _storages[key] == storage)
            return _storages[key];
        throw new InvalidDataException($"its storage '{key}' is said to be {_storages[key].Count} {_storages[key].Dtype} and {count} {storage.Dtype}");
    }
}
