namespace Dit.Data.Tests;

public sealed class TarShardsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public void Samples_are_files_of_one_name(bool gzip)
    {
        var path = Tars.Write(_folder["a.tar"],
            ("dir.x/1.seg.png", [1]), ("dir.x/1.png", [10]), ("dir.x/1.cls", "7"u8.ToArray()),
            ("dir.x/2.json", """{"label": 3, "attributes": [0.5, 1]}"""u8.ToArray()), ("dir.x/2.JPG", [20]),
            ("note.txt", [9]), ("ü 3.webp", [30]));
        if (gzip) File.WriteAllBytes(path += ".gz", IdxFiles.Gzip(File.ReadAllBytes(_folder["a.tar"])));
        var samples = new TarShards([path]).Read(0).ToList();
        Assert.Equal([10, 20, 30], samples.Select(s => (int)s.File.Span[0]));
        Assert.Equal([7L, 3L, null], samples.Select(s => s.Label));
        Assert.Equal([0.5f, 1], samples[1].Attributes.ToArray());
        Assert.Equal($"{path}/dir.x/2", samples[1].Name);
        Assert.Equal($"{path}/ü 3", samples[2].Name);
    }

    [Fact]
    public void A_stream_that_cannot_seek_will_do()
    {
        Tars.Write(_folder.Path, 5);
        var opened = 0;
        var shards = new TarShards(["remote"], name =>
        {
            opened++;
            return new System.IO.Compression.GZipStream(new MemoryStream(IdxFiles.Gzip(File.ReadAllBytes(_folder["shard-00.tar"]))), System.IO.Compression.CompressionMode.Decompress);
        });
        Assert.Equal(0, opened);
        Assert.Equal([0L, 1, 2, 3, 4], shards.Read(0).Select(s => s.Label!.Value));
    }

    [Fact]
    public void A_shard_cut_anywhere_gives_what_is_whole_and_then_an_error_or_the_end()
    {
        var whole = File.ReadAllBytes(Tars.Write(_folder.Path, 3)[0]);
        var expected = new TarShards([_folder["shard-00.tar"]]).Read(0).Select(s => s.File.ToArray()).ToList();
        Assert.Equal(3, expected.Count);
        for (var length = 0; length < whole.Length; length += 97)
        {
            File.WriteAllBytes(_folder["cut.tar"], whole[..length]);
            var seen = new List<byte[]>();
            try
            {
                foreach (var sample in new TarShards([_folder["cut.tar"]]).Read(0)) seen.Add(sample.File.ToArray());
            }
            catch (InvalidDataException e)
            {
                Assert.Contains("cut.tar", e.Message, StringComparison.Ordinal);
            }
            Assert.Equal(expected.Take(seen.Count), seen);
        }
    }

    [Fact]
    public void Wrong_labels_and_patterns_are_refused()
    {
        var shards = new TarShards([Tars.Write(_folder["a.tar"], ("1.png", [1]), ("1.cls", "cat"u8.ToArray()))]);
        Assert.Contains("a.tar/1.cls' is 'cat'", Assert.Throws<InvalidDataException>(() => shards.Read(0).ToList()).Message, StringComparison.Ordinal);
        shards = new TarShards([Tars.Write(_folder["b.tar"], ("1.png", [1]), ("1.json", "{"u8.ToArray()))]);
        Assert.Contains("b.tar/1.json'", Assert.Throws<InvalidDataException>(() => shards.Read(0).ToList()).Message, StringComparison.Ordinal);
        Assert.Equal(["a-08.tar", "a-09.tar", "a-10.tar"], TarShards.Expand("a-{08..10}.tar"));
        Assert.Equal(["a.tar"], TarShards.Expand("a.tar"));
        foreach (var wrong in new[] { "{1..}", "{2..1}", "}1..2{", "{a..b}", "{1" }) Assert.Throws<ArgumentException>("pattern", () => TarShards.Expand(wrong));
        Assert.Throws<ArgumentException>("shards", () => new TarShards([]));
    }
}
