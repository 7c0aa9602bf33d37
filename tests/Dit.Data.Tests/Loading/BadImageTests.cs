namespace Dit.Data.Tests;

public sealed class BadImageTests
{
    private static CountingDataset OnePerTwenty(int count) =>
        new(count) { OnRead = static i => { if (i % 20 == 7) throw new InvalidDataException($"'{i}.png' is damaged."); } };

    [Fact]
    public async Task Skipped_images_are_replaced_the_same_way_for_any_workers_and_all_named()
    {
        var epochs = new List<List<long[]>>();
        foreach (var workers in new[] { 0, 1, 2, 8 })
        {
            await using var loader = new BatchLoader(OnePerTwenty(400), 10, seed: 4) { Workers = workers, OnBadImage = BadImagePolicy.Skip };
            epochs.Add(await Epochs.Labels(loader));
            Assert.Equal(40, epochs[^1].Count);
            Assert.Equal(Enumerable.Range(0, 20).Select(i => 20 * i + 7), loader.BadImages.Select(b => b.Index).Order());
            Assert.All(loader.BadImages, b => Assert.Equal($"'{b.Index}.png' is damaged.", b.Error));
            Assert.Equal(epochs[0], epochs[^1]);

            var before = loader.BadImageCount;
            Assert.InRange(before, 20, 30);             // a substitute may be bad as well
            epochs.Add(await Epochs.Labels(loader));
            Assert.Equal(20, loader.BadImages.Count);
            Assert.InRange(loader.BadImageCount, before + 20, before + 30);
            epochs.RemoveAt(epochs.Count - 1);
        }
        Assert.DoesNotContain(epochs[0].SelectMany(b => b), label => label % 20 == 7);
    }

    [Fact]
    public async Task Only_what_was_handed_out_is_reported()
    {
        await using var loader = new BatchLoader(OnePerTwenty(400), 10, seed: 4) { Workers = 3, Shuffle = false, OnBadImage = BadImagePolicy.Skip };
        Assert.Equal(2, (await Epochs.Labels(loader, most: 2)).Count);
        Assert.Equal([7], loader.BadImages.Where(b => b.Index < 20).Select(b => b.Index));
        Assert.DoesNotContain(loader.BadImages, b => b.Index == 27);
    }

    [Theory, InlineData(0), InlineData(2)]
    public async Task A_placeholder_is_grey_and_keeps_its_label(int workers)
    {
        var dataset = new Labels(8, bad: [0, 5]);
        await using var loader = new BatchLoader(dataset, 4, seed: 0) { Workers = workers, Shuffle = false, OnBadImage = BadImagePolicy.Placeholder };
        var batches = new List<(float[] Pixels, long[] Labels)>();
        await foreach (var batch in loader) batches.Add((batch.Images.data<float>().ToArray(), batch.Labels!.data<long>().ToArray()));
        Assert.Equal(Enumerable.Range(100, 8).Select(i => (long)i), batches.SelectMany(b => b.Labels));
        var grey = 128 / 127.5f - 1;
        Assert.Equal(Enumerable.Range(0, 8).Select(i => i is 0 or 5 ? grey : i / 127.5f - 1), batches.SelectMany(b => b.Pixels));
        Assert.Equal([(0, "label 100"), (5, "label 105")], loader.BadImages.Select(b => (b.Index, b.Name)));
    }

    [Theory, InlineData(BadImagePolicy.Skip), InlineData(BadImagePolicy.Placeholder)]
    public async Task Nothing_but_bad_images_is_an_error_and_no_endless_loop(BadImagePolicy policy)
    {
        await using var loader = new BatchLoader(new Labels(8, bad: [.. Enumerable.Range(0, 8)]), 4, seed: 0) { OnBadImage = policy };
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => Epochs.Labels(loader));
        Assert.Contains("in a row could not be read", error.Message, StringComparison.Ordinal);
        Assert.Contains("The file is damaged.", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Image i is one pixel i with the label 100 + i, which is known even where the image is bad.</summary>
    private sealed class Labels(int count, int[] bad) : IImageDataset
    {
        public int Count => count;

        public LabeledImage Read(int index) =>
            bad.Contains(index) ? throw new IOException("The file is damaged.") : new(new PixelImage(new[] { (byte)index }, 1, 1, 1), 100 + index);

        public long? LabelOf(int index) => 100 + index;

        public string NameOf(int index) => $"label {100 + index}";
    }
}
