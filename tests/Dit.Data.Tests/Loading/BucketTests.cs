namespace Dit.Data.Tests;

public sealed class BucketTests : IDisposable
{
    private static readonly AspectBuckets Sizes = new([(4, 8), (6, 6), (8, 4)]);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Image i has the label i; of 60, 36 are wide, 20 square, 4 upright.</summary>
    private static InMemoryDataset Images(int count = 60) =>
        new([.. Enumerable.Range(0, count).Select(i => new LabeledImage(i % 15 == 7 ? Pictures.Make(1, 30, 14) : i % 3 == 0 ? Pictures.Make(2, 16, 17) : Pictures.Make(3, 12, 25), i))]);

    private static BatchLoader Loader(IImageDataset dataset, int batch) => new(dataset, batch, seed: 3) { Crop = Sizes, Buckets = Sizes.Assign(dataset) };

    private static async Task<List<(long[] Shape, long[] Labels)>> Epoch(BatchLoader loader, int most = int.MaxValue)
    {
        var batches = new List<(long[], long[])>();
        await foreach (var batch in loader)
        {
            batches.Add((batch.Images.shape, batch.Labels!.data<long>().ToArray()));
            if (batches.Count == most) break;
        }
        return batches;
    }

    [Fact]
    public async Task A_batch_is_of_one_size_and_an_epoch_gives_an_image_once()
    {
        await using var loader = Loader(Images(), 8);
        Assert.Equal(36 / 8 + 20 / 8, loader.BatchesPerEpoch);
        var (first, second) = (await Epoch(loader), await Epoch(loader));
        foreach (var epoch in new[] { first, second })
        {
            Assert.Equal(6, epoch.Count);
            Assert.Equal(4, epoch.Count(b => b.Shape.SequenceEqual([8L, 3, 4, 8])));
            Assert.Equal(2, epoch.Count(b => b.Shape.SequenceEqual([8L, 3, 6, 6])));
            Assert.Equal(48, epoch.SelectMany(b => b.Labels).Distinct().Count());
        }
        Assert.NotEqual(first.SelectMany(b => b.Labels).Order(), second.SelectMany(b => b.Labels).Order());        // others are left out
        Assert.NotEqual(first.Select(b => b.Shape[2]), Enumerable.Repeat(4L, 4).Concat([6L, 6]));                       // the buckets are mixed
    }

    [Fact]
    public async Task Without_DropLast_every_image_comes_and_some_again()
    {
        await using var loader = new BatchLoader(Images(), 8, seed: 3) { Crop = Sizes, Buckets = Sizes.Assign(Images()), DropLast = false };
        var epoch = await Epoch(loader);
        Assert.Equal(5 + 3 + 1, epoch.Count);
        Assert.Equal(60, epoch.SelectMany(b => b.Labels).Distinct().Count());
        Assert.All(epoch, b => Assert.Equal(8, b.Labels.Length));
    }

    [Fact]
    public async Task Batches_are_the_same_for_any_workers_resumed_and_dealt_to_ranks()
    {
        await using var one = Loader(Images(), 8);
        var expected = await Epoch(one);
        foreach (var workers in new[] { 0, 1, 3 })
        {
            await using var loader = new BatchLoader(Images(), 8, seed: 3) { Crop = Sizes, Buckets = Sizes.Assign(Images()), Workers = workers, Position = new(0, 2) };
            Assert.Equal(expected.Skip(2).Select(b => b.Labels), (await Epoch(loader)).Select(b => b.Labels));
        }
        var ranks = new List<List<(long[] Shape, long[] Labels)>>();
        foreach (var rank in new[] { 0, 1 })
        {
            await using var loader = new BatchLoader(Images(), 4, seed: 3) { Crop = Sizes, Buckets = Sizes.Assign(Images()), Rank = rank, Ranks = 2 };
            ranks.Add(await Epoch(loader));
        }
        Assert.Equal(expected.Select(b => b.Labels), ranks[0].Zip(ranks[1]).Select(r => r.First.Labels.Concat(r.Second.Labels).ToArray()));
    }

    /// Headers tell the sizes, turned upright where decoding turns; a bad file is replaced by one of its bucket.
    [Fact]
    public async Task Files_are_put_into_buckets_by_their_headers()
    {
        for (var i = 0; i < 24; i++) Pictures.Write(_folder[$"{i % 2}/{i}.png"], (byte)i, i % 2 == 0 ? 10 : 20, i % 2 == 0 ? 20 : 10);
        var dataset = new ImageFolder(_folder.Path);
        Assert.Equal([.. Enumerable.Repeat(0, 12), .. Enumerable.Repeat(2, 12)], Sizes.Assign(dataset));
        Assert.Equal((20, 10), dataset.Subset([23]).Concat(dataset).MapLabels(l => l).SizeOf(0));
        File.Delete(dataset.NameOf(3));
        var bytes = File.ReadAllBytes(dataset.NameOf(20));
        File.WriteAllBytes(dataset.NameOf(20), bytes[..(bytes.Length - 20)]);
        await using var loader = new BatchLoader(dataset, 4, seed: 0) { Crop = Sizes, Buckets = Sizes.Assign(dataset), OnBadImage = BadImagePolicy.Skip };
        var epoch = await Epoch(loader);
        Assert.Equal(6, epoch.Count);
        Assert.All(epoch, b => Assert.Equal([4L, 3, b.Labels[0] == 0 ? 4 : 8, b.Labels[0] == 0 ? 8 : 4], b.Shape));
        Assert.Equal([3, 20], loader.BadImages.Select(b => b.Index).Order());
    }

    [Fact]
    public async Task What_does_not_fit_is_refused()
    {
        await using var few = new BatchLoader(Images(), 40, seed: 0) { Crop = Sizes, Buckets = Sizes.Assign(Images()) };
        Assert.Throws<InvalidOperationException>(() => few.BatchesPerEpoch);
        await using var others = new BatchLoader(Images(), 4, seed: 0) { Crop = Sizes, Buckets = Sizes.Assign(Images(59)) };
        Assert.Contains("buckets of 59 images", Assert.Throws<InvalidOperationException>(() => others.BatchesPerEpoch).Message, StringComparison.Ordinal);
        await using var twice = new BatchLoader(Images(), 4, seed: 0) { Crop = Sizes, Buckets = Sizes.Assign(Images()), Sampling = Sampling.InOrder };
        Assert.Throws<InvalidOperationException>(() => twice.BatchesPerEpoch);
        await using var none = new BatchLoader(Images(), 8, seed: 0) { Crop = Sizes };
        Assert.Contains("BatchLoader.Buckets", (await Assert.ThrowsAsync<InvalidDataException>(() => Epoch(none))).Message, StringComparison.Ordinal);
    }
}
