namespace Dit.Data.Tests;

public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string[] Names(IImageDataset dataset) =>
        [.. Enumerable.Range(0, dataset.Count).Select(i => Path.GetRelativePath(_folder.Path, dataset.NameOf(i)).Replace('\\', '/'))];

    [Fact]
    public void Classes_and_files_are_in_natural_order()
    {
        string[] files = ["class10/a.png", "class2/img10.png", "class2/img2.PNG", "class2/deep/img1.png", "class2/.hidden.png", "class2/notes.txt", "été/ü.png"];
        for (var i = 0; i < files.Length; i++) Pictures.Write(_folder[files[i]], (byte)(10 * i));
        var dataset = new ImageFolder(_folder.Path);

        Assert.Equal(["class2", "class10", "été"], dataset.ClassNames);
        Assert.Equal(["class2/img2.PNG", "class2/img10.png", "class2/deep/img1.png", "class10/a.png", "été/ü.png"], Names(dataset));
        Assert.Equal([0, 0, 0, 1, 2], Enumerable.Range(0, 5).Select(i => dataset.LabelOf(i)!.Value));
        Assert.Equal([20, 10, 30, 0, 60], Enumerable.Range(0, 5).Select(i => dataset.Read(i).Level()));
        Assert.Equal(2, dataset.Read(4).Label);
        Assert.Empty(dataset.Problems);
        Assert.Throws<ArgumentOutOfRangeException>(() => dataset.Read(5));
        Assert.Equal([null, null], new[] { 0, 4 }.Select(new ImageFolder(_folder.Path, FolderLayout.Flat).LabelOf));
        Assert.Equal(5, new ImageFolder(_folder.Path, FolderLayout.Flat).Count);
    }

    [Fact]
    public void Natural_order_is_an_order()
    {
        string[] sorted = ["", "01", "1", "2", "a", "a01", "a1", "a2", "a2b", "a10", "a10b", "b", "img99999999999999999999", "img100000000000000000000", "é"];
        for (var i = 0; i < sorted.Length; i++)
            for (var j = 0; j < sorted.Length; j++)
                Assert.True(Math.Sign(NaturalOrder.Instance.Compare(sorted[i], sorted[j])) == Math.Sign(i - j), $"{sorted[i]} and {sorted[j]}");
    }

    [Fact]
    public void What_is_wrong_is_reported_with_its_path_and_left_out()
    {
        Pictures.Write(_folder["cat/1.png"], 1);
        Pictures.Write(_folder["loose.png"], 2);
        Directory.CreateDirectory(_folder["empty"]);
        Directory.CreateDirectory(_folder["Cat"]);
        Directory.CreateSymbolicLink(_folder["cat/loop"], _folder["cat"]);
        File.CreateSymbolicLink(_folder["cat/gone.png"], _folder["nowhere.png"]);
        var dataset = new ImageFolder(_folder.Path);

        Assert.Equal(["Cat", "cat", "empty"], dataset.ClassNames);
        Assert.Contains(dataset.Problems, p => p.Path == _folder["empty"] && p.Message.Contains("no images; the class keeps its label 2", StringComparison.Ordinal));
        Assert.Contains(dataset.Problems, p => p.Path == _folder["Cat"] && p.Message.Contains("no images", StringComparison.Ordinal));
        Assert.Contains(dataset.Problems, p => p.Path == _folder.Path && p.Message.Contains("1 images (loose.png", StringComparison.Ordinal));
        Assert.Contains(dataset.Problems, p => p.Path == _folder.Path && p.Message.Contains("'Cat' and 'cat' differ only", StringComparison.Ordinal));
        Assert.Contains(dataset.Problems, p => p.Path == _folder["cat/loop"] && p.Message.Contains("leads back", StringComparison.Ordinal));
        Assert.Equal(5, dataset.Problems.Count);
        Assert.Equal(["cat/1.png", "cat/gone.png"], Names(dataset));
    }

    [Fact]
    public void A_folder_that_cannot_be_read_is_reported()
    {
        if (OperatingSystem.IsWindows()) return;
        Pictures.Write(_folder["a/1.png"], 1);
        Pictures.Write(_folder["b/1.png"], 1);
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b101_101_101);
        File.SetUnixFileMode(_folder["b"], UnixFileMode.None);
        try
        {
            using var _ = new Unprivileged();
            var dataset = new ImageFolder(_folder.Path);
            Assert.Equal(1, dataset.Count);
            Assert.Contains(dataset.Problems, p => p.Path == _folder["b"] && p.Message.Contains("cannot be read", StringComparison.Ordinal));
        }
        finally
        {
            foreach (var folder in new[] { _folder.Path, _folder["b"] })
                File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void A_class_list_fixes_the_labels()
    {
        foreach (var name in new[] { "a", "b", "c" }) Pictures.Write(_folder[$"train/{name}/1.png"], 1);
        foreach (var name in new[] { "c", "d" }) Pictures.Write(_folder[$"val/{name}/1.png"], 1);
        ClassList.Save(_folder["classes.json"], new ImageFolder(_folder["train"]).ClassNames);
        var val = new ImageFolder(_folder["val"], classes: ClassList.Load(_folder["classes.json"]));

        Assert.Equal(["a", "b", "c"], val.ClassNames);
        Assert.Equal([2L], Enumerable.Range(0, val.Count).Select(i => val.LabelOf(i)!.Value));
        Assert.Equal([_folder["val/d"], _folder["val/a"], _folder["val/b"]], val.Problems.Select(p => p.Path));
        File.WriteAllText(_folder["classes.json"], "[\"a\", \"a\"]");
        Assert.Contains("'a' twice, as 0 and as 1", Assert.Throws<InvalidDataException>(() => ClassList.Load(_folder["classes.json"])).Message, StringComparison.Ordinal);
        File.WriteAllText(_folder["classes.json"], "{}");
        Assert.Contains("classes.json", Assert.Throws<InvalidDataException>(() => ClassList.Load(_folder["classes.json"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_folder_and_no_images_are_refused()
    {
        Assert.Throws<DirectoryNotFoundException>(() => new ImageFolder(_folder["none"]));
        Assert.Contains("has no images (.png", Assert.Throws<InvalidDataException>(() => new ImageFolder(_folder.Path)).Message, StringComparison.Ordinal);
        Pictures.Write(_folder["1.png"], 1);
        Assert.Contains("FolderLayout.Flat", Assert.Throws<InvalidDataException>(() => new ImageFolder(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(0), InlineData(3)]
    public async Task An_epoch_over_five_percent_bad_files_completes_and_says_which(int workers)
    {
        for (var i = 0; i < 200; i++) Pictures.Write(_folder[$"{i % 4}/{i}.png"], (byte)i);
        var dataset = new ImageFolder(_folder.Path);
        string[] bad = [.. Enumerable.Range(0, 10).Select(i => dataset.NameOf(20 * i + 3)).Order(StringComparer.Ordinal)];
        for (var i = 0; i < 10; i++)
        {
            if (i % 3 == 0) File.Delete(bad[i]);                                        // deleted after the list was made
            else if (i % 3 == 1) File.WriteAllBytes(bad[i], File.ReadAllBytes(bad[i])[..40]);
            else File.WriteAllBytes(bad[i], []);
        }
        await using var loader = new BatchLoader(dataset, 8, seed: 0) { Workers = workers, OnBadImage = BadImagePolicy.Skip };
        Assert.Equal(25, (await Epochs.Labels(loader)).Count);
        Assert.Equal(bad, loader.BadImages.Select(b => b.Name).Order(StringComparer.Ordinal));
        Assert.All(loader.BadImages, b => Assert.Contains(Path.GetFileName(b.Name), b.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_deleted_between_epochs_is_named()
    {
        for (var i = 0; i < 16; i++) Pictures.Write(_folder[$"a/{i}.png"], (byte)i);
        var dataset = new ImageFolder(_folder.Path);
        await using var skipping = new BatchLoader(dataset, 8, seed: 0) { OnBadImage = BadImagePolicy.Skip };
        await using var throwing = new BatchLoader(dataset, 8, seed: 0);
        Assert.Equal(2, (await Epochs.Labels(skipping)).Count);
        Assert.Equal(2, (await Epochs.Labels(throwing)).Count);
        Assert.Empty(skipping.BadImages);
        File.Delete(_folder["a/11.png"]);
        Assert.Equal(2, (await Epochs.Labels(skipping)).Count);
        Assert.Equal([_folder["a/11.png"]], skipping.BadImages.Select(b => b.Name));
        Assert.Contains(_folder["a/11.png"], (await Assert.ThrowsAsync<InvalidDataException>(() => Epochs.Labels(throwing))).Message, StringComparison.Ordinal);
    }
}
