using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>A tensor of every shard: [images of the shard, Row].</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">The type of its numbers.</param>
/// <param name="Row">The shape of what belongs to one image.</param>
internal sealed record ShardTensor(string Name, ScalarType Type, params long[] Row)
{
    /// <summary>What mirrored images' tensors have behind their names.</summary>
    public const string Mirrored = ".mirrored";

    public const string Latents = "latents";
    public const string Mean = "mean";
    public const string Deviation = "deviation";
    public const string Features = "features";
    public const string Labels = "labels";
    public const string Attributes = "attributes";

    public long RowLength => Row.Aggregate(1L, static (a, b) => a * b);

    public long RowBytes => RowLength * Core.SafeTensorsDtype.SizeOf(Type);
}
