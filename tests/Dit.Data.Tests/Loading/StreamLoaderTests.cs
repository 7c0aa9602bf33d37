using Dit.Core;

namespace Dit.Data.Tests;

public sealed class StreamLoaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(true), InlineData(false)]
    public async Task The_batches_do_not_depend_on_the_workers_and_epochs_differ(bool dropLast)
    {
        var shards = new TarShards(Tars.Write(_folder.Path, 20, 17, 1, 25));
        var runs = new List<List<long[]>>();
        foreach (var workers in new[] { 0, 1, 2, 8 })
        {
            await using var loader = new StreamLoader(shards, 8, seed: 3) { Workers = workers, DropLast = dropLast, ShuffleBuffer = 10 };
            List<long[]> run = [.. await Epochs.Labels(loader), .. await Epochs.Labels(loader)];
            Assert.Equal(new BatchPosition(2, 0), loader.Position);
            runs.Add(run);
        }
        Assert.All(runs, run => Assert.Equal(runs[0], run));
        var batches = dropLast ? 7 : 8;
        Assert.Equal(2 * batches, runs[0].Count);
        var (first, second) = (runs[0][..batches].SelectMany(b => b).ToArray(), runs[0][batches..].SelectMany(b => b).ToArray());
        Assert.NotEqual(first, second);
        Assert.Equal(dropLast ? 56 : 63, first.Distinct().Count());
        if (!dropLast) Assert.Equal(Enumerable.Range(0, 63).Select(i => (long)i), first.Order());
    }

    [Theory, InlineData(0), InlineData(3)]
    public async Task A_saved_position_gives_the_same_remaining_batches(int workers)
    {
        var shards = new TarShards(Tars.Write(_folder.Path, 11, 9, 13));
        await using var whole = new StreamLoader(shards, 4, seed: 1) { Workers = workers, ShuffleBuffer = 6 };
        List<long[]> expected = [.. await Epochs.Labels(whole), .. await Epochs.Labels(whole)];
        Assert.Equal(16, expected.Count);
        for (var stop = 0; stop < 16; stop++)
        {
            await using var after = new StreamLoader(shards, 4, seed: 1) { Workers = workers, ShuffleBuffer = 6, Position = new BatchPosition(stop / 8, stop % 8) };
            var rest = await Epochs.Labels(after);
            if (stop < 8) rest.AddRange(await Epochs.Labels(after));
            Assert.Equal(expected[stop..], rest);
        }
        await using var beyond = new StreamLoader(shards, 4, seed: 1) { Position = new BatchPosition(0, 8) };
        Assert.Contains("no batch 8", (await Assert.ThrowsAsync<InvalidOperationException>(() => Epochs.Labels(beyond))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ranks_share_the_shards()
    {
        var shards = new TarShards(Tars.Write(_folder.Path, 6, 7, 8, 9, 10));
        var seen = new List<long>();
        for (var rank = 0; rank < 2; rank++)
        {
            await using var loader = new StreamLoader(shards, 4, seed: 5) { Rank = rank, Ranks = 2, DropLast = false };
            seen.AddRange((await Epochs.Labels(loader)).SelectMany(b => b));
        }
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (long)i), seen.Order());
        await using var alone = new StreamLoader(shards, 4, seed: 5) { Ranks = 6 };
        Assert.Contains("5 shards for 6 ranks", (await Assert.ThrowsAsync<InvalidOperationException>(() => Epochs.Labels(alone))).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(0), InlineData(4)]
    public async Task Damaged_images_and_shards_are_thrown_in_their_place_or_passed_over(int workers)
    {
        Tars.Write(_folder.Path, 10, 10, 10);
        var good = Pictures.Make(1).ToPng();
        Tars.Write(_folder["shard-01.tar"], Enumerable.Range(10, 10).SelectMany(n => new[]
        {
            ($"{n:D6}.cls", System.Text.Encoding.ASCII.GetBytes($"{n}")), ($"{n:D6}.png", n == 13 ? good[..20] : Pictures.Make((byte)n).ToPng()),
        }));
        File.WriteAllBytes(_folder["shard-02.tar"], File.ReadAllBytes(_folder["shard-02.tar"])[..9000]);
        var shards = new TarShards(TarShards.Expand(_folder["shard-{00..02}.tar"]));

        await using var throwing = new StreamLoader(shards, 5, seed: 0) { Workers = workers, Shuffle = false };
        for (var i = 0; i < 2; i++)
            Assert.Contains("000013' could not be read", (await Assert.ThrowsAsync<InvalidDataException>(() => Epochs.Labels(throwing))).Message, StringComparison.Ordinal);
        Assert.Equal(new BatchPosition(0, 2), throwing.Position);
        throwing.Position = new BatchPosition(0, 3);
        Assert.Contains("shard-02.tar", (await Assert.ThrowsAsync<InvalidDataException>(() => Epochs.Labels(throwing))).Message, StringComparison.Ordinal);
        Assert.Equal(new BatchPosition(0, 4), throwing.Position);

        await using var skipping = new StreamLoader(shards, 5, seed: 0) { Workers = workers, Shuffle = false, DropLast = false, OnBadImage = BadImagePolicy.Skip };
        var epoch = await Epochs.Labels(skipping);
        Assert.Equal([10, 11, 12, 14, 14], epoch[2]);
        Assert.Equal([$"{_folder["shard-01.tar"]}/000013", _folder["shard-02.tar"]], skipping.BadImages.Select(b => b.Name));
        Assert.Equal(2, skipping.BadImageCount);

        // What is wrong behind the last full batch is reported as well.
        await using var dropping = new StreamLoader(shards, 20, seed: 0) { Workers = workers, Shuffle = false, OnBadImage = BadImagePolicy.Skip };
        Assert.Single(await Epochs.Labels(dropping));
        Assert.Equal(skipping.BadImages.Select(b => b.Name).Order(), dropping.BadImages.Select(b => b.Name).Order());
    }

    [Theory, InlineData(0), InlineData(3)]
    public async Task Giving_up_and_disposal_close_the_shards(int workers)
    {
        var open = 0;
        var files = Tars.Write(_folder.Path, 40, 40);
        var shards = new TarShards(files, path =>
        {
            Interlocked.Increment(ref open);
            return new Closing(path, () => Interlocked.Decrement(ref open));
        });
        await using (var loader = new StreamLoader(shards, 4, seed: 0) { Workers = workers, ShuffleBuffer = 5 })
        {
            Assert.Equal(2, (await Epochs.Labels(loader, most: 2)).Count);
            Assert.Equal(0, open);
            using var cancelled = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var batch in loader.WithCancellation(cancelled.Token)) await cancelled.CancelAsync();
            });
            Assert.Equal(0, open);
            Assert.Equal(17, (await Epochs.Labels(loader)).Count);
        }
        Assert.Equal(0, open);
        await using var empty = new StreamLoader(shards, 100, seed: 0);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Epochs.Labels(empty));
    }

    private sealed class Closing(string path, Action closed) : FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read)
    {
        private bool _closed;

        protected override void Dispose(bool disposing)
        {
            if (!_closed) closed();
            _closed = true;
            base.Dispose(disposing);
        }
    }
}
