using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>How a <see cref="LatentCache"/> is made.</summary>
public sealed record LatentCacheOptions
{
    /// <value>What is kept of an image. Default <see cref="LatentContent.Moments"/>.</value>
    public LatentContent Content { get; init; }

    /// <value>Whether mirrored images are encoded too, so that <see cref="ImageLoader.HorizontalFlip"/> can be used. Twice the size. Default false.</value>
    public bool HorizontalFlip { get; init; }

    /// <value>The type that numbers are stored in: <see cref="ScalarType.BFloat16"/> (the default) or <see cref="ScalarType.Float32"/>.</value>
    public ScalarType Type { get; init; } = ScalarType.BFloat16;

    /// <value>What is kept of every image before it is encoded; null (the default) for all of it. Images are then of one size.</value>
    public IImageCrop? Crop { get; init; }

    /// <value>Features to keep beside the latents. Default null: none.</value>
    public FeatureEncoder? Features { get; init; }

    /// <value>Images that are encoded at once. Default 32. Other sizes round differently in the last bits.</value>
    public int BatchSize { get; init; } = 32;

    /// <value>Images in a shard, a multiple of <see cref="BatchSize"/>. A shard is held in memory while it is made, and made anew after a kill. Default 1024.</value>
    public int ShardImages { get; init; } = 1024;

    /// <value>Where images are encoded: the codec's device. Default null: the host.</value>
    public Device? Device { get; init; }

    /// <value>
    /// What happens when an image cannot be read: <see cref="BadImagePolicy.Throw"/> (the default) ends the making, <see cref="BadImagePolicy.Skip"/> leaves the
    /// image out and notes it in the cache, see <see cref="LatentCache.BadImages"/>.
    /// </value>
    public BadImagePolicy OnBadImage { get; init; }

    /// <value>Threads that read images ahead. Default: one per processor.</value>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <value>What latents of <see cref="LatentContent.Samples"/> and random crops are drawn from. Default 0.</value>
    public long Seed { get; init; }

    /// <value>This process's number among <see cref="Ranks"/> that make the cache together, from 0.</value>
    public int Rank { get; init; }

    /// <value>How many processes make the cache together, each its own shards. Default 1.</value>
    public int Ranks { get; init; } = 1;

    internal LatentCacheOptions Validate()
    {
        var problems = new Core.Problems(nameof(LatentCacheOptions));
        problems.Require(Enum.IsDefined(Content), $"Content is {Content}, which is no known value.");
        problems.Require(Type is ScalarType.BFloat16 or ScalarType.Float32, $"Type is {Type}; it must be BFloat16 or Float32.");
        if (problems.Require(BatchSize > 0, $"BatchSize is {BatchSize}; it must be positive."))
            problems.Require(ShardImages > 0 && ShardImages % BatchSize == 0, $"ShardImages is {ShardImages}; it must be a positive multiple of BatchSize {BatchSize}.");
        problems.Require(OnBadImage is BadImagePolicy.Throw or BadImagePolicy.Skip, $"OnBadImage is {OnBadImage}; it must be Throw or Skip: nothing stands in for an image's latents.");
        problems.Require(Workers >= 0, $"Workers is {Workers}; it must not be negative.");
        problems.Require(Ranks > 0 && Rank >= 0 && Rank < Ranks, $"Rank is {Rank} of {Ranks}; it must be at least 0 and below Ranks.");
        problems.ThrowIfAny();
        return this;
    }
}
