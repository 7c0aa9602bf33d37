using Dit.Core;

namespace Dit.Data.Tests;

public sealed class RankTests
{
    private static async Task<List<long[]>> Epoch(int count, int batch, int rank, int ranks, bool dropLast, BatchPosition from = default, int workers = 0)
    {
        await using var loader = new BatchLoader(new CountingDataset(count), batch, seed: 5)
        {
            Workers = workers, Rank = rank, Ranks = ranks, DropLast = dropLast, Position = from,
        };
        return await Epochs.Labels(loader);
    }

    [Theory, InlineData(40, 5, 2), InlineData(43, 5, 2), InlineData(47, 4, 3), InlineData(12, 5, 2)]
    public async Task The_ranks_together_see_each_image_once_and_as_often(int count, int batch, int ranks)
    {
        var epochs = new List<List<long[]>>();
        for (var rank = 0; rank < ranks; rank++) epochs.Add(await Epoch(count, batch, rank, ranks, dropLast: false, workers: rank));
        Assert.Equal(Enumerable.Range(0, count).Select(i => (long)i), epochs.SelectMany(e => e).SelectMany(b => b).Order());
        Assert.Single(epochs.Select(e => e.Count).Distinct());
    }

    [Fact]
    public async Task The_ranks_together_are_one_rank_with_the_larger_batch()
    {
        var (a, b) = (await Epoch(50, 3, 0, 2, dropLast: true), await Epoch(50, 3, 1, 2, dropLast: true));
        var one = await Epoch(50, 6, 0, 1, dropLast: true);
        Assert.Equal(one, a.Zip(b, (x, y) => x.Concat(y).ToArray()));
        Assert.Equal(one[4..], await Epoch(50, 6, 0, 1, dropLast: true, new BatchPosition(0, 4)));
        Assert.Equal(a[4..], await Epoch(50, 3, 0, 2, dropLast: true, new BatchPosition(0, 4)));
    }

    [Fact]
    public async Task Ranks_that_cannot_be_served_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("Ranks", () => new BatchLoader(new CountingDataset(3), 1, seed: 0) { Ranks = 0 });
        Assert.Contains("rank is 2", (await Assert.ThrowsAsync<InvalidOperationException>(() => Epoch(9, 2, 2, 2, dropLast: true))).Message, StringComparison.Ordinal);
        Assert.Contains("too few for 2 ranks", (await Assert.ThrowsAsync<InvalidOperationException>(() => Epoch(9, 2, 0, 2, dropLast: false))).Message,
            StringComparison.Ordinal);
        Assert.Contains("on each of 2 ranks", (await Assert.ThrowsAsync<InvalidOperationException>(() => Epoch(9, 5, 0, 2, dropLast: true))).Message,
            StringComparison.Ordinal);
    }
}
