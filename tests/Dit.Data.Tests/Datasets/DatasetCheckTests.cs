namespace Dit.Data.Tests;

public sealed class DatasetCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(1), InlineData(4)]
    public void A_folder_with_one_of_each_fault_is_described(int workers)
    {
        for (var i = 0; i < 12; i++) Pictures.Write(_folder[$"cat/{i}.png"], (byte)(20 * i));
        Pictures.Write(_folder["dog/same.png"], 40);
        Pictures.Write(_folder["dog/large.png"], 7, height: 200, width: 100);
        Pictures.Write(_folder["dog/grey.png"], 9, channels: 1);
        File.WriteAllText(_folder["dog/text.jpg"], "no image");
        Directory.CreateDirectory(_folder["emu"]);
        var report = DatasetCheck.Run(new ImageFolder(_folder.Path, decoding: new ImageDecodeOptions()), new() { Workers = workers, SheetImages = 9, SheetSide = 10 });

        Assert.Equal(16, report.Count);
        Assert.Equal([new ImageSize(2, 3, 3, 13), new(2, 3, 1, 1), new(200, 100, 3, 1)], report.Sizes);
        Assert.Equal([new ClassCount(0, "cat", 12), new(1, "dog", 3), new(2, "emu", 0)], report.Classes);
        Assert.Equal([_folder["dog/text.jpg"]], report.Unreadable.Select(b => b.Name));
        var duplicates = Assert.Single(report.Duplicates);
        Assert.Equal([_folder["cat/2.png"], _folder["dog/same.png"]], duplicates.Names);
        Assert.True(duplicates.LabelsDiffer);
        Assert.Equal([_folder["emu"]], report.Problems.Select(p => p.Path));
        Assert.False(report.IsClean);
        var text = report.ToString();
        Assert.All(["16 images, 15 readable", "2 x 3 x 3: 13", "1 dog: 3", "text.jpg", "with different labels", "advice: the images have 3 sizes"],
            part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.Equal((38, 38, 3), (report.ContactSheet!.Height, report.ContactSheet.Width, report.ContactSheet.Channels));
        report.SaveContactSheet(_folder["sheet.png"]);
        Assert.Equal(report.ContactSheet.Pixels.ToArray(), PixelImage.Load(_folder["sheet.png"]).Pixels.ToArray());
    }

    [Fact]
    public void A_clean_data_set_is_clean_and_its_sheet_shows_the_images()
    {
        var dataset = new InMemoryDataset([.. Enumerable.Range(0, 4).Select(i =>
            new LabeledImage(new PixelImage(Enumerable.Range(0, 16).Select(p => (byte)(10 * i + p % 2 * 4)).ToArray(), 4, 4, 1), i))]);
        var report = DatasetCheck.Run(dataset, new() { SheetSide = 2 });
        Assert.True(report.IsClean);
        for (var i = 0; i < 4; i++)
            for (var y = 0; y < 2; y++)
                for (var x = 0; x < 2; x++)        // every pixel is the mean of four: 10 i and 10 i + 4, twice each
                    Assert.Equal(10 * i + 2, report.ContactSheet!.Pixels.Span[((2 + i / 2 * 4 + y) * 10 + 2 + i % 2 * 4 + x) * 3]);
        Assert.Null(DatasetCheck.Run(dataset, new() { SheetImages = 0 }).ContactSheet);
        Assert.Throws<InvalidOperationException>(() => DatasetCheck.Run(dataset, new() { SheetImages = 0 }).SaveContactSheet(_folder["a.png"]));
    }

    [Fact]
    public void Attributes_are_averaged_and_missing_labels_counted()
    {
        var image = Pictures.Make(1);
        var attributes = new InMemoryDataset([.. new[] { new[] { 1f, 0 }, [0, 1], [1, float.NaN], [1, 1] }.Select(a => new LabeledImage(image) { Attributes = a })]);
        var report = DatasetCheck.Run(attributes);
        Assert.Equal([0.75, 2 / 3.0], report.AttributeMeans);
        Assert.Empty(report.Classes);
        Assert.Equal([new(5, "5", 1), new ClassCount(null, "", 1)], DatasetCheck.Run(new InMemoryDataset([new(image, 5), new(image)])).Classes);
    }

    [Fact]
    public void Cancelling_ends_it()
    {
        using var source = new CancellationTokenSource();
        var dataset = new CountingDataset(100_000) { OnRead = _ => { source.Cancel(); Thread.Sleep(1); } };
        Assert.ThrowsAny<OperationCanceledException>(() => DatasetCheck.Run(dataset, cancellationToken: source.Token));
        Assert.InRange(dataset.Reads, 1, 1000);
    }
}
