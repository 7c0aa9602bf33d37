using System.Security.Cryptography;
using System.Text.Json;
using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>Collects the images of a shard, and writes it.</summary>
internal sealed class LatentShardWriter : IDisposable
{
    public const string CacheKey = "dit.cache";
    public const string SumKey = "dit.sum";
    public const string SquaresKey = "dit.squares";
    public const string BadKey = "dit.bad";

    private readonly LatentCacheIndex _index;
    private readonly int _number;
    private readonly int _first;
    private readonly int _count;
    private readonly Dictionary<string, Tensor> _tensors;
    private readonly SortedDictionary<int, string> _bad = [];
    private int _filled;

    public LatentShardWriter(LatentCacheIndex index, int number)
    {
        (_index, _number) = (index, number);
        (_first, _count) = index.Shard(number);
        _tensors = index.Tensors.ToDictionary(t => t.Name, t => empty([_count, .. t.Row], t.Type, CPU).DetachFromDisposeScope());
    }

    public int Filled => _filled;

    public bool IsFull => _filled == _count;

    /// <summary>Puts the next images in.</summary>
    /// <param name="count">How many.</param>
    /// <param name="parts">Every tensor of the shard by name, [count, ...].</param>
    /// <param name="bad">Those of the images that are left out, by number in the data set, and their names; what the tensors hold of them is of no meaning.</param>
    public void Add(int count, IReadOnlyDictionary<string, Tensor> parts, IEnumerable<(int Image, string Name)> bad)
    {
        foreach (var (image, name) in bad) _bad.Add(image - _first, name);
        foreach (var (name, tensor) in _tensors)
        {
            using var target = tensor.narrow(0, _filled, count);
            if (!parts[name].shape.SequenceEqual(target.shape))
                throw new InvalidDataException(
                    $"The {name} of image {_first + _filled} and on are [{string.Join(", ", parts[name].shape)}], but those of image 0 say [{string.Join(", ", target.shape)}]. "
                    + "All images of a cache have one size: crop them (LatentCacheOptions.Crop).");
            target.copy_(parts[name]);
        }
        _filled += count;
    }

    /// <summary>Writes the shard under a temporary name, and renames it when it is whole.</summary>
    /// <exception cref="InvalidDataException">Latents are not finite.</exception>
    public void Write(string folder, string indexChecksum)
    {
        var sums = Sums();
        var metadata = new Dictionary<string, string>
        {
            [CacheKey] = indexChecksum,
            [SumKey] = ChannelSums.Print(sums.Sum),
            [SquaresKey] = ChannelSums.Print(sums.Squares),
        };
        if (_bad.Count > 0) metadata.Add(BadKey, JsonSerializer.Serialize(_bad, LatentCacheJson.Default.SortedDictionaryInt32String));
        var temporary = ShardFile.Temporary(folder, _number);
        try
        {
            using var hash = SHA256.Create();
            AtomicFile.WriteDurably(temporary, stream =>
            {
                using var hashing = new CryptoStream(stream, hash, CryptoStreamMode.Write, leaveOpen: true);
                SafeTensors.Write(hashing, _tensors, metadata);
            });
            AtomicFile.Publish(temporary, ShardFile.In(folder, _number, hash.Hash).Path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values) tensor.Dispose();
    }

    /// <summary>The sums of what is stored, rounded as it is.</summary>
    private ChannelSums Sums()
    {
        var moments = _index.Content == LatentContent.Moments;
        var values = _tensors[moments ? ShardTensor.Mean : ShardTensor.Latents];
        var sums = new ChannelSums((int)_index.Latents[0]);
        var length = (int)(values.numel() / _count);
        var (row, deviations) = (new float[length], moments ? new float[length] : []);
        for (var i = 0; i < _count; i++)
        {
            if (_bad.ContainsKey(i)) continue;
            Read(values, i, row);
            if (moments) Read(_tensors[ShardTensor.Deviation], i, deviations);
            sums.Add(row, deviations);
            if (!sums.IsFinite)
                throw new InvalidDataException($"The latents of image {_first + i} are not finite. Check the image and the codec; encode in float32.");
        }
        return sums;
    }

    private void Read(Tensor tensor, int row, float[] values)
    {
        using var part = tensor[row];
        StoredFloats.Widen(part.bytes, _index.Type, values);
    }
}
