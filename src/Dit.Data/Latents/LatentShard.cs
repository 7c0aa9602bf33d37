using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;
using System.Text.Json;
using Dit.Core;
using Microsoft.Win32.SafeHandles;

namespace Dit.Data;

/// <summary>A shard that is read by memory map. The file must stay as it is while it is open.</summary>
internal sealed unsafe class LatentShard : IDisposable
{
    private readonly Dictionary<string, (long Offset, long RowBytes)> _tensors;
    private readonly MemoryMappedViewAccessor _accessor;

    private LatentShard(Dictionary<string, (long Offset, long RowBytes)> tensors, MemoryMappedViewAccessor accessor, ChannelSums sums, SortedDictionary<int, string> bad) =>
        (_tensors, _accessor, Sums, Bad) = (tensors, accessor, sums, bad);

    public ChannelSums Sums { get; }

    /// <summary>The rows of images that were left out, and the images' names.</summary>
    public SortedDictionary<int, string> Bad { get; }

    private SafeMemoryMappedViewHandle Memory => _accessor.SafeMemoryMappedViewHandle;

    /// <summary>Opens a shard and checks that it is what the index says.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or of another cache.</exception>
    public static LatentShard Open(ShardFile shard, LatentCacheIndex index, string indexChecksum, bool verify)
    {
        if (verify) Verify(shard);
        try
        {
            using var file = SafeTensorsFile.Open(shard.Path);
            if (file.Metadata.GetValueOrDefault(LatentShardWriter.CacheKey) != indexChecksum)
                throw new InvalidDataException($"'{shard.Path}' is of another cache than {LatentCacheIndex.FileName} beside it, or that file was changed.");
            var (_, count) = index.Shard(shard.Number);
            var tensors = index.Tensors.ToDictionary(t => t.Name, t => (Offset(file, t, count), t.RowBytes));
            var sums = ChannelSums.Parse(file.Metadata[LatentShardWriter.SumKey], file.Metadata[LatentShardWriter.SquaresKey]);
            using var mapped = MemoryMappedFile.CreateFromFile(shard.Path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
            return new LatentShard(tensors, mapped.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read), sums, BadOf(file, count));
        }
        catch (Exception e) when (e is CheckpointException or KeyNotFoundException or FormatException or JsonException)
        {
            throw new InvalidDataException($"'{shard.Path}' is damaged: {e.Message}", e);
        }
    }

    /// <summary>Copies what belongs to one image.</summary>
    /// <exception cref="ObjectDisposedException">The shard is closed.</exception>
    public void CopyRow(string tensor, int row, Span<byte> target)
    {
        var (offset, rowBytes) = _tensors[tensor];
        byte* memory = null;
        Memory.AcquirePointer(ref memory);
        try
        {
            new ReadOnlySpan<byte>(memory + _accessor.PointerOffset + offset + row * rowBytes, (int)rowBytes).CopyTo(target);
        }
        finally
        {
            Memory.ReleasePointer();
        }
    }

    public void Dispose() => _accessor.Dispose();

    private static SortedDictionary<int, string> BadOf(SafeTensorsFile file, int count)
    {
        var bad = file.Metadata.TryGetValue(LatentShardWriter.BadKey, out var json) ? JsonSerializer.Deserialize(json, LatentCacheJson.Default.SortedDictionaryInt32String)! : [];
        return bad.Keys.All(row => row >= 0 && row < count) ? bad : throw new FormatException("it leaves out images that it does not have.");
    }

    private static void Verify(ShardFile shard)
    {
        using var stream = new FileStream(shard.Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 20, FileOptions.SequentialScan);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(stream, hash);
        if (Convert.ToHexStringLower(hash[..8]) != shard.Checksum)
            throw new InvalidDataException(
                $"'{shard.Path}' is damaged: its contents are not what was written (SHA-256 differs from its name). Delete it, and build the cache again: only this shard is made anew.");
    }

    private static long Offset(SafeTensorsFile file, ShardTensor tensor, int count)
    {
        if (file.Entries.TryGetValue(tensor.Name, out var entry) && entry.Dtype == tensor.Type && entry.Shape.SequenceEqual([count, .. tensor.Row]))
            return file.OffsetOf(tensor.Name);
        throw new InvalidDataException($"'{file.Path}' does not have '{tensor.Name}' as {tensor.Type} [{string.Join(", ", [count, .. tensor.Row])}].");
    }
}
