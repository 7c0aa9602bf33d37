using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>The legacy format: pickles of a magic number, a version, the writer's system, the objects and the storages' keys; then the storages.</summary>
internal sealed class LegacyStorages : IStorageSource
{
    private const int Version = 1001;
    private static readonly BigInteger Magic = BigInteger.Parse("119547037146038801333356", CultureInfo.InvariantCulture);

    private readonly InputFile _file;
    private readonly Dictionary<string, long> _offsets = [];

    private LegacyStorages(InputFile file, MemoryBudget budget)
    {
        _file = file;
        var storages = new StorageTable(budget);
        using var data = file.View(0, file.Length);
        var reader = new PickleReader(data, file.Length, budget);
        var pickles = new Unpickler(reader, budget, storages.Find);
        if (pickles.Load() is not { Value: BigInteger magic } || magic != Magic)
            throw new InvalidDataException("it is a pickle, but not one of torch.save: it does not start with its magic number");
        if (pickles.Load().Value is not (long and Version))
            throw new InvalidDataException($"its version is not {Version}");
        if (pickles.Load()["little_endian"]?.Value is not true)
            throw new InvalidDataException("its numbers are big-endian or of unknown byte order; only little-endian ones are read");
        Root = pickles.Load();
        Locate(storages.Storages, pickles.Load(), reader.Position);
    }

    public PickleValue Root { get; }

    public static LegacyStorages Open(InputFile file, MemoryBudget budget) => new(file, budget);

    public void Read(PickledStorage storage, long offset, Tensor target) =>
        _file.Read(_offsets[storage.Key] + (offset * storage.ElementSize), target);

    /// <summary>Each storage is its number of elements, 8 bytes, and the elements, in the order of the keys.</summary>
    private void Locate(IReadOnlyDictionary<string, PickledStorage> storages, PickleValue keys, long position)
    {
        Span<byte> header = stackalloc byte[sizeof(long)];
        foreach (var item in keys.Items)
        {
            if (item.Value is not string key || !storages.TryGetValue(key, out var storage) || !_offsets.TryAdd(key, position + header.Length))
                throw new InvalidDataException($"its list of storages has {item}, which none of its tensors needs or which comes twice");
            _file.Read(position, header);
            var count = BinaryPrimitives.ReadInt64LittleEndian(header);
            if (count != storage.Count)
                throw new InvalidDataException($"its storage '{key}' is said to have {storage.Count} elements, but has {count}");
            position += header.Length;
            if (storage.Length > _file.Length - position)
                throw new InvalidDataException($"its storage '{key}' has {storage.Length} bytes, but {_file.Length - position} follow: it is cut off");
            position += storage.Length;
        }
        if (storages.Keys.FirstOrDefault(key => !_offsets.ContainsKey(key)) is { } missing)
            throw new InvalidDataException($"it lacks the storage '{missing}'");
    }
}
