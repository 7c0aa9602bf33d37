using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>Batches made from their position, so that any place can be gone to.</summary>
internal sealed class FixedBatches(DitConfig config, int batchSize = 4, int batchesPerEpoch = 7) : IBatchSource
{
    public BatchPosition Position { get; set; }

    public int BatchSize => batchSize;

    public int BatchesPerEpoch => batchesPerEpoch;

    /// <summary>Positions handed out, in order.</summary>
    public List<BatchPosition> Given { get; } = [];

    /// <summary>Number of batches handed out whose images hold a NaN, counted from the first.</summary>
    public int PoisonFrom { get; init; } = int.MaxValue;

    /// <summary>Batches whose images hold a NaN.</summary>
    public IReadOnlyList<BatchPosition> Poisoned { get; init; } = [];

    /// <summary>Batches whose images are a thousand times too large.</summary>
    public IReadOnlyList<BatchPosition> Loud { get; init; } = [];

    public async IAsyncEnumerator<Batch> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        for (var epoch = Position.Epoch; Position.Epoch == epoch && batchesPerEpoch > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            var batch = Make(Position);
            Given.Add(Position);
            Position = Position.Batch + 1 == batchesPerEpoch ? new(epoch + 1, 0) : new(epoch, Position.Batch + 1);
            yield return batch;
        }
    }

    public Batch Make(BatchPosition position)
    {
        using var generator = new Generator((ulong)(position.Epoch * 1000 + position.Batch));
        var images = rand(batchSize, config.Channels, config.ImageSize.Height, config.ImageSize.Width, generator: generator).mul_(2).sub_(1);
        if (Given.Count >= PoisonFrom || Poisoned.Contains(position))
            images.view(-1).narrow(0, 3, 2).fill_(double.NaN);
        if (Loud.Contains(position))
            images.mul_(1000);
        var labels = config.Classes > 0 ? randint(config.Classes, new long[] { batchSize }, int64, generator: generator) : null;
        return new Batch(images.DetachFromDisposeScope(), labels?.DetachFromDisposeScope());
    }
}
