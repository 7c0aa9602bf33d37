using Dit.Torch;

namespace Dit.Core;

/// <summary>What a layer keeps for the backward pass, in elements. A tensor counts where it is first kept.</summary>
/// <param name="Wide">Elements of one image that are float32 in either precision.</param>
/// <param name="Narrow">Elements of one image in the precision of the products.</param>
/// <param name="Weights">Weights of products, of which bfloat16 takes a copy.</param>
internal readonly record struct Kept(long Wide = 0, long Narrow = 0, long Weights = 0)
{
    public static Kept operator +(Kept a, Kept b) => new(a.Wide + b.Wide, a.Narrow + b.Narrow, a.Weights + b.Weights);

    public static Kept operator *(Kept a, int times) => new(a.Wide * times, a.Narrow * times, a.Weights * times);

    public static Kept Sum(IEnumerable<LayerDescription> layers) => layers.Aggregate(default(Kept), (sum, layer) => sum + layer.Kept);

    /// <summary>Bytes for a batch.</summary>
    public long Bytes(int batchSize, Precision precision) => precision switch
    {
        Precision.Float32 => batchSize * sizeof(float) * (Wide + Narrow),
        Precision.BFloat16 => batchSize * (sizeof(float) * Wide + sizeof(ushort) * Narrow) + sizeof(ushort) * Weights,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "Say Float32 or BFloat16; Engine.Resolve tells what Auto is on a device."),
    };
}
