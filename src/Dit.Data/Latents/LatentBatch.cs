using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>A batch of latents in host memory.</summary>
internal sealed class LatentBatch(LatentCacheIndex index, int count) : HostBatch
{
    /// <summary>[B, C, h, w], as they are stored; drawn ones are float32.</summary>
    public HostArray Latents { get; } = new(index.Content == LatentContent.Samples ? index.Type : ScalarType.Float32, count, index.Latents);

    /// <summary>[B, T, F].</summary>
    public HostArray? Features { get; } = index.FeatureShape is { } shape ? new HostArray(index.Type, count, shape) : null;

    /// <summary>Labels [B] or attributes [B, A].</summary>
    public HostArray? Conditions { get; } =
        index.Attributes > 0 ? new HostArray(ScalarType.Float32, count, index.Attributes) : index.Labels ? new HostArray(ScalarType.Int64, count) : null;

    public override Batch ToBatch(BatchTarget target)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var latents = target.Values(Latents).to(ScalarType.Float32);                                        // [B, C, h, w]
        var conditions = Conditions is null ? null : target.Values(Conditions);                             // [B] or [B, A]
        var features = Features is null ? null : target.Values(Features);                                   // [B, T, F]
        return new Batch(latents.DetachFromDisposeScope(), conditions?.DetachFromDisposeScope(), features?.DetachFromDisposeScope());
    }

    public override void Dispose()
    {
        Latents.Dispose();
        Features?.Dispose();
        Conditions?.Dispose();
    }
}
