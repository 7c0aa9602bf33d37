namespace Dit.Data;

/// <summary>Images in shards that are read from their start to their end, so that they need not fit on a disk.</summary>
public interface IImageSequence
{
    /// <summary>The number of shards.</summary>
    int Shards { get; }

    /// <summary>Where a shard comes from; for errors.</summary>
    /// <param name="shard">0 to <see cref="Shards"/> - 1.</param>
    string NameOf(int shard);

    /// <summary>Reads a shard, always the same images in the same order.</summary>
    /// <param name="shard">0 to <see cref="Shards"/> - 1.</param>
    IEnumerable<EncodedImage> Read(int shard);
}
