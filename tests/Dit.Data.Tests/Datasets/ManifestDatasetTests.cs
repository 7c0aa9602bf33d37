using System.Diagnostics;
using System.Globalization;

namespace Dit.Data.Tests;

public sealed class ManifestDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Text(string name, string text)
    {
        for (var i = 0; i < 4; i++) Pictures.Write(_folder[$"images/ü {i}, \"x\".png"], (byte)(10 * i));
        File.WriteAllText(_folder[name], text);
        return _folder[name];
    }

    private static (int Level, long? Label)[] All(ManifestDataset dataset) =>
        [.. Enumerable.Range(0, dataset.Count).Select(i => ((int)dataset.Read(i).Level(), dataset.Read(i).Label))];

    [Theory, InlineData("\n"), InlineData("\r\n")]
    public void Csv_is_quoted_fields_and_all(string end)
    {
        var path = Text("list.csv", "\uFEFFpath,note,class" + end
            + "\"images/ü 1, \"\"x\"\".png\",\"two" + end + "lines, \"\"quoted\"\"\",3" + end + end + "\"images/ü 2, \"\"x\"\".png\",,0");
        using var dataset = new ManifestDataset(path, new() { Label = "class" });
        Assert.Equal([(10, 3L), (20, 0L)], All(dataset));
        Assert.Empty(dataset.ClassNames);

        // Records and lines are no longer the same here, so an error says where in the file it is.
        using var lacking = new ManifestDataset(Text("lacking.csv", $"path,note\n,\"two{end}lines\"\n,x\n"));
        Assert.Contains("(record 3, at offset", Assert.Throws<InvalidDataException>(() => lacking.Read(1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tabs_separate_where_there_are_no_commas()
    {
        using var dataset = new ManifestDataset(Text("list.tsv", "path\tclass\nimages/ü 3, \"x\".png\t1\n"), new() { Label = "class" });
        Assert.Equal([(30, 1L)], All(dataset));
    }

    [Fact]
    public void Json_lines_have_names_for_classes_and_attributes_in_order()
    {
        var path = Text("list.jsonl", """
            {"class": "dog", "x": {"path": "no"}, "path": "images/\u00fc 0, \"x\".png", "a": [1, 2.5], "b": true}

            {"path": "images/ü 1, \"x\".png", "b": null, "a": [3, 4], "class": "cat10"}
            {"path": "images/ü 2, \"x\".png", "b": 7, "a": [5, 6], "class": "cat2"}
            """);
        using var dataset = new ManifestDataset(path, new() { Label = "class", Attributes = ["b", "a"] });
        Assert.Equal(["cat2", "cat10", "dog"], dataset.ClassNames);
        Assert.Equal([(0, 2L), (10, 1L), (20, 0L)], All(dataset));
        Assert.Equal([1, 1, 2.5f], dataset.Read(0).Attributes.ToArray());
        Assert.Equal([float.NaN, 3, 4], dataset.Read(1).Attributes.ToArray());
    }

    [Fact]
    public async Task Bad_lines_are_bad_images_with_their_lines()
    {
        var path = Text("list.csv", "path,class\n\"images/ü 0, \"\"x\"\".png\",a\nmissing.png,b\n,a\nx.png\n\"images/ü 1, \"\"x\"\".png\",\n\"images/ü 2, \"\"x\"\".png\",b\n");
        using var dataset = new ManifestDataset(path, new() { Label = "class" });
        Assert.Equal([path + ":5", path + ":6"], dataset.Problems.Select(p => p.Path.Trim('\'')));
        Assert.Equal(["a", "b"], dataset.ClassNames);
        await using var loader = new BatchLoader(dataset, 6, seed: 0) { OnBadImage = BadImagePolicy.Skip };
        await Epochs.Labels(loader);
        var errors = loader.BadImages.OrderBy(b => b.Index).Select(b => b.Error).ToArray();
        Assert.Equal([1, 2, 3, 4], loader.BadImages.Select(b => b.Index).Order());
        Assert.Contains($"'{path}:3' lists, does not exist", errors[0], StringComparison.Ordinal);
        Assert.Contains($"'{path}:4' has no 'path'", errors[1], StringComparison.Ordinal);
        Assert.Contains($"'{path}:5' cannot be understood. It has 1 fields, but the first line has 2", errors[2], StringComparison.Ordinal);
        Assert.Contains($"'{path}:6' has no 'class'", errors[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_manifests_are_refused()
    {
        string Refused(string text, ManifestColumns? columns = null) =>
            Assert.Throws<InvalidDataException>(() => new ManifestDataset(Text("list.csv", text), columns)).Message;
        Assert.Contains("is empty", Refused(""), StringComparison.Ordinal);
        Assert.Contains("is empty", Refused("\n\n"), StringComparison.Ordinal);
        Assert.Contains("lists 0 images", Refused("path\n"), StringComparison.Ordinal);
        Assert.Contains("no column 'path'. There are: file, class", Refused("file,class\na,b\n"), StringComparison.Ordinal);
        Assert.Contains("quotation mark is missing", Refused("path\n\"a\nb\n"), StringComparison.Ordinal);
        Assert.Contains("No line of", Refused("path,class\na,\n", new() { Label = "class" }), StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => new ManifestDataset(_folder["none.csv"]));
    }

    [Fact]
    public void A_file_cut_after_it_was_opened_is_an_error_and_no_crash()
    {
        using var dataset = new ManifestDataset(Text("list.csv", "path\n" + string.Concat(Enumerable.Repeat("x.png\n", 1000))));
        using (var file = new FileStream(_folder["list.csv"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(100);
        Assert.Contains("was cut since it was opened", Assert.Throws<InvalidDataException>(() => dataset.Read(500)).Message, StringComparison.Ordinal);
    }

    /// 10 million lines open in under 10 s and 1 GB; DIT_MANIFEST_LINES=10000000 says so of that many, the test of half a million.
    [Theory, InlineData("csv"), InlineData("jsonl")]
    public void A_long_manifest_opens_fast_and_small(string kind)
    {
        var lines = int.Parse(Environment.GetEnvironmentVariable("DIT_MANIFEST_LINES") ?? "500000", CultureInfo.InvariantCulture);
        var path = _folder[$"long.{kind}"];
        using (var writer = new StreamWriter(path))
        {
            if (kind == "csv") writer.Write("path,class\n");
            for (var i = 0; i < lines; i++)
                writer.Write(kind == "csv" ? $"images/train/{i / 1000:D5}/{i:D8}.jpg,{i % 1000}\n" : $"{{\"path\": \"images/train/{i / 1000:D5}/{i:D8}.jpg\", \"class\": {i % 1000}}}\n");
        }
        var (before, watch) = (GC.GetTotalMemory(forceFullCollection: true), Stopwatch.StartNew());
        using var dataset = new ManifestDataset(path, new() { Label = "class" });
        var order = new EpochOrder(dataset.Count, 0, 0, Sampling.Shuffled);
        var opened = watch.Elapsed;
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal(lines, dataset.Count);
        Assert.InRange(memory, lines * 12L, lines * 12L + (4 << 20));       // 8 bytes for the line, 4 for its place
        Assert.InRange(opened.TotalSeconds, 0, 10);

        watch.Restart();
        for (var place = 0; place < 20_000; place++) Assert.Equal(order.At(place) % 1000, dataset.LabelOf(order.At(place)));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
        if (Environment.GetEnvironmentVariable("DIT_MANIFEST_LINES") is not null)
            File.AppendAllText(Path.Combine(Path.GetTempPath(), "dit-manifest.txt"),
                $"{kind}: {lines} lines, {new FileInfo(path).Length >> 20} MiB, opened and shuffled in {opened.TotalSeconds:F2} s, {memory >> 20} MiB, "
                + $"process {Environment.WorkingSet >> 20} MiB, 20,000 shuffled lines in {watch.Elapsed.TotalSeconds:F2} s\n");
        GC.KeepAlive(order);
    }
}
