using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>Reads an epoch of a cache.</summary>
internal sealed class LatentReader(LatentCache cache, EpochOrder order, EpochShape shape, bool mirror) : EpochReading
{
    private readonly LatentCacheIndex _index = cache.Index;

    public override long? Batches { get; } = shape.Batches;

    public override HostBatch Read(long number, CancellationToken cancellationToken)
    {
        var (start, count) = shape.Batch(number);
        var batch = new LatentBatch(_index, count);
        try
        {
            for (var i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var image = order.At(start + i);
                Fill(batch, i, image, order.SeedOf(start + i, image));
            }
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    private void Fill(LatentBatch batch, int place, int image, ulong seed)
    {
        var suffix = mirror && (seed & 1) != 0 ? ShardTensor.Mirrored : "";
        if (_index.Content == LatentContent.Samples) cache.CopyRow(ShardTensor.Latents + suffix, image, batch.Latents.Row(place));
        else Draw(batch.Latents.Row<float>(place), image, suffix, seed);
        if (batch.Features is { } features) cache.CopyRow(ShardTensor.Features + suffix, image, features.Row(place));
        if (batch.Conditions is not { } conditions) return;
        cache.CopyRow(conditions.Type == ScalarType.Int64 ? ShardTensor.Labels : ShardTensor.Attributes, image, conditions.Row(place));
    }

    /// <summary>mean + deviation * noise.</summary>
    private void Draw(Span<float> latents, int image, string suffix, ulong seed)
    {
        using var stored = new HostArray(_index.Type, 2, latents.Length);
        using var deviations = new HostArray(ScalarType.Float32, 1, latents.Length);
        cache.CopyRow(ShardTensor.Mean + suffix, image, stored.Row(0));
        cache.CopyRow(ShardTensor.Deviation + suffix, image, stored.Row(1));
        StoredFloats.Widen(stored.Row(0), _index.Type, latents);
        StoredFloats.Widen(stored.Row(1), _index.Type, deviations.Row<float>(0));
        NormalNoise.AddTo(latents, deviations.Row<float>(0), seed);
    }
}
