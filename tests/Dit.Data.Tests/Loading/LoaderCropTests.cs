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

    /// Files are decoded into their places in the batch, row by row; images in memory are cropped first and then put there.
    [Theory, InlineData(17), InlineData(40)]
    public async Task Every_kind_of_file_is_the_same_in_a_batch_as_by_itself(int side)
    {
        foreach (var name in PillowCases.Files) File.WriteAllBytes(_folder[name], PillowCases.File(name));
        var folder = new ImageFolder(_folder.Path, FolderLayout.Flat);
        var memory = new InMemoryDataset([.. Enumerable.Range(0, folder.Count).Select(folder.Read)]);
        foreach (var crop in new IImageCrop[] { new AdmCenterCrop(side), new RandomFlip(new CenterCrop(side)) })
        {
            BatchLoader Make(IImageDataset dataset) => new(dataset, folder.Count, seed: 2) { Crop = crop, HorizontalFlip = true };
            Assert.Equal(Assert.Single(await Pixels(Make(memory))), Assert.Single(await Pixels(Make(folder))));
        }
    }

    /// Some rows of it were in the batch already when the damage was met.
    [Theory, InlineData(BadImagePolicy.Skip, false), InlineData(BadImagePolicy.Placeholder, false), InlineData(BadImagePolicy.Skip, true), InlineData(BadImagePolicy.Placeholder, true)]
    public async Task Of_a_damaged_file_nothing_stays_in_a_batch(BadImagePolicy policy, bool isStream)
    {
        var whole = PillowCases.File("420.jpg");
        foreach (var i in new[] { 0, 1, 3 }) File.WriteAllBytes(_folder[$"{i}.jpg"], whole);
        File.WriteAllBytes(_folder["2.jpg"], whole[..(whole.Length * 3 / 5)]);
        var shard = Tars.Write(_folder["a.tar"], Enumerable.Range(0, 4).Select(i => ($"{i}.jpg", File.ReadAllBytes(_folder[$"{i}.jpg"]))));
        await using ImageLoader loader = isStream
            ? new StreamLoader(new TarShards([shard]), 4, seed: 0) { Crop = new AdmCenterCrop(32), Shuffle = false, OnBadImage = policy }
            : new BatchLoader(new ImageFolder(_folder.Path, FolderLayout.Flat), 4, seed: 0) { Crop = new AdmCenterCrop(32), Shuffle = false, OnBadImage = policy };
        var pixels = Assert.Single(await Pixels(loader)).Chunk(3 * 32 * 32).ToArray();
        Assert.Equal(pixels[0], pixels[1]);
        Assert.Equal(pixels[0], pixels[3]);
        if (policy == BadImagePolicy.Skip) Assert.Equal(pixels[0], pixels[2]);
        else Assert.All(pixels[2], value => Assert.Equal(128 / 127.5f - 1, value));
        Assert.Equal([isStream ? $"{shard}/2" : _folder["2.jpg"]], loader.BadImages.Select(b => b.Name));
    }

    [Fact]
    public async Task Grey_among_colours_is_refused_where_files_keep_their_channels()
    {
        File.WriteAllBytes(_folder["0.jpg"], PillowCases.File("420.jpg"));
        File.WriteAllBytes(_folder["1.jpg"], PillowCases.File("grey.jpg"));
        var loader = new BatchLoader(new ImageFolder(_folder.Path, FolderLayout.Flat, new ImageDecodeOptions()), 2, seed: 0) { Crop = new AdmCenterCrop(16), Shuffle = false };
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => Pixels(loader));
        Assert.Contains("Image 1 is [16, 16, 1], but image 0 of the same batch is [16, 16, 3]", error.Message, StringComparison.Ordinal);
    }

    /// With a transform the images are cropped first, and then put into their places.
    [Fact]
    public async Task A_stream_is_cropped_the_same_for_any_workers_and_in_place()
    {
        var shard = Tars.Write(_folder["a.tar"], Enumerable.Range(0, 12).Select(i => ($"{i:D3}.png", Pictures.Make((byte)(9 * i), 20 + i, 30).ToPng())));
        ImageLoader Make(int workers, Func<PixelImage, Random, PixelImage>? transform = null) => new StreamLoader(new TarShards([shard]), 4, seed: 1)
        {
            Workers = workers, Crop = new RandomResizedCrop(8), HorizontalFlip = true, Transform = transform,
        };
        var expected = await Pixels(Make(0));
        Assert.Equal(3, expected.Count);
        Assert.Equal(expected, await Pixels(Make(1)));
        Assert.Equal(expected, await Pixels(Make(8)));
        Assert.Equal(expected, await Pixels(Make(2, (image, _) => image)));
    }
}
