namespace Dit.Data.Tests;

public sealed class LoaderCropTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static async Task<List<float[]>> Pixels(ImageLoader loader)
    {
        await using var _ = loader;
        var batches = new List<float[]>();
        await foreach (var batch in loader) batches.Add(batch.Images.data<float>().ToArray());
        return batches;
    }

    /// Every data set crops while it decodes, or decodes and crops: the same images, whatever the workers, others in another epoch.
    [Fact]
    public async Task A_random_crop_is_the_same_for_every_source_and_any_workers()
    {
        for (var i = 0; i < 12; i++) Pictures.Write(_folder[$"images/{i:D2}.png"], (byte)(11 * i), height: 20 + i, width: 31 - i);
        var folder = new ImageFolder(_folder["images"], FolderLayout.Flat);
        File.WriteAllLines(_folder["list.csv"], ["path", .. Enumerable.Range(0, 12).Select(i => $"images/{i:D2}.png")]);
        using var manifest = new ManifestDataset(_folder["list.csv"]);
        var memory = new InMemoryDataset([.. Enumerable.Range(0, 12).Select(folder.Read)]);
        var expected = await Pixels(Make(memory, 0));
        Assert.Equal(3, expected.Count);
        Assert.Equal(4 * 3 * 8 * 8, expected[0].Length);
        foreach (var dataset in new IImageDataset[]
        {
            folder, manifest, folder.Subset(Enumerable.Range(0, 12)), folder.MapLabels(_ => null), folder.Map(image => image),
            folder.Subset([0, 1, 2, 3, 4]).Concat(folder.Subset(Enumerable.Range(5, 7))),
        })
            Assert.Equal(expected, await Pixels(Make(dataset, 3)));
        Assert.NotEqual(expected, await Pixels(Make(memory, 2, epoch: 1)));

        ImageLoader Make(IImageDataset dataset, int workers, long epoch = 0) => new BatchLoader(dataset, 4, seed: 9)
        {
            Workers = workers, Shuffle = false, Crop = new RandomFlip(new RandomCrop(8)), Position = new(epoch, 0),
        };
    }

    [Fact]
    public async Task A_stream_is_cropped_the_same_for_any_workers()
    {
        var shard = Tars.Write(_folder["a.tar"], Enumerable.Range(0, 12).Select(i => ($"{i:D3}.png", Pictures.Make((byte)(9 * i), 20 + i, 30).ToPng())));
        ImageLoader Make(int workers) => new StreamLoader(new TarShards([shard]), 4, seed: 1) { Workers = workers, Crop = new RandomResizedCrop(8), HorizontalFlip = true };
        var expected = await Pixels(Make(0));
        Assert.Equal(3, expected.Count);
        Assert.Equal(expected, await Pixels(Make(1)));
        Assert.Equal(expected, await Pixels(Make(8)));
    }
}
