using System.Diagnostics;
using Dit.Core;

namespace Dit.Data.Tests.Latents;

public sealed class LatentCacheBuildTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// Every kill meets another moment: some lines of progress later, some milliseconds later. The samples are drawn, by place and not by start.
    [Fact]
    public async Task Killed_twenty_times_the_bytes_are_those_of_one_go()
    {
        var random = new Random(3);
        var kills = 0;
        while (kills < 20)
        {
            using var process = LatentJobs.Start(_folder["killed"]);
            for (var lines = random.Next(1, 4); lines > 0 && await process.StandardOutput.ReadLineAsync() is not null;) lines--;
            await Task.Delay(random.Next(0, 6));
            process.Kill();
            await process.WaitForExitAsync();
            if (process.ExitCode == 137) kills++;
            else foreach (var shard in Directory.GetFiles(_folder["killed"], "shard-*").Take(10)) File.Delete(shard);      // it was done before: begin anew
        }
        await Finish(LatentJobs.Start(_folder["killed"]), LatentJobs.Start(_folder["whole"]));
        Same("whole", "killed");
    }

    [Theory, InlineData(LatentContent.Samples), InlineData(LatentContent.Moments)]
    public async Task Two_processes_at_once_make_what_one_makes(LatentContent content)
    {
        await Finish(
            LatentJobs.Start(_folder["both"], 0, 2, content), LatentJobs.Start(_folder["both"], 1, 2, content), LatentJobs.Start(_folder["whole"], content: content));
        Same("whole", "both");
    }

    [Fact]
    public async Task A_rank_makes_its_shards_and_the_cache_opens_when_all_are_there()
    {
        await Build("a", o => o with { Rank = 1, Ranks = 2 });
        var error = Assert.Throws<FileNotFoundException>(() => new LatentCache(_folder["a"]));
        Assert.Contains("7 of 13 shards are missing, 0 is the first", error.Message, StringComparison.Ordinal);
        var seen = new List<LatentCacheProgress>();
        await Build("a", progress: new Recorder(seen));
        Assert.Equal([48, 52, 56], seen.Take(3).Select(p => p.Encoded));
        Assert.Equal(new LatentCacheProgress(103, 103), seen[^1]);
        using var cache = new LatentCache(_folder["a"]);
        Assert.Equal(103, cache.Count);
    }

    [Fact]
    public async Task Cancelled_it_goes_on_where_it_was()
    {
        using var cancel = new CancellationTokenSource();
        var seen = new List<LatentCacheProgress>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Build("a", progress: new Recorder(seen) { OnReport = p => { if (p.Encoded >= 20) cancel.Cancel(); } }, cancellationToken: cancel.Token));
        Assert.Equal(2, Directory.GetFiles(_folder["a"], "shard-*.safetensors").Length);
        Assert.DoesNotContain(Directory.GetFiles(_folder["a"]), f => f.Contains(".tmp", StringComparison.Ordinal));
        seen.Clear();
        await Build("a", progress: new Recorder(seen));
        Assert.Equal(16, seen[0].Encoded);
        await Build("whole");
        Same("whole", "a");
    }

    [Fact]
    public async Task What_a_kill_left_is_cleared_away_but_not_another_processs()
    {
        Directory.CreateDirectory(_folder["a"]);
        File.WriteAllText(_folder["a/shard-00004.tmp-1"], "half");
        File.WriteAllText(_folder["a/shard-00005.tmp-1"], "half");
        await Build("a", o => o with { Rank = 1, Ranks = 2 });
        Assert.True(File.Exists(_folder["a/shard-00004.tmp-1"]));
        Assert.False(File.Exists(_folder["a/shard-00005.tmp-1"]));
    }

    [Fact]
    public async Task Another_codec_data_set_or_option_is_refused_with_the_difference()
    {
        await Build("a");
        await Refused("batchless", o => o with { HorizontalFlip = false }, "horizontalFlip true against false");
        await Refused("content", o => o with { Content = LatentContent.Samples }, "content \"Moments\" against \"Samples\"");
        using var other = LatentJobs.Codec(seed: 2);
        await Refused("codec", o => o, "codec \"AutoencoderKL, 4 channels at 1/2, scaling 1.5, shift 0.1, sampled, weights ", codec: other);
        await Refused("count", o => o, "images 103 against 100", dataset: LatentJobs.Dataset(100));
        await Refused("names", o => o, "dataset \"InMemoryDataset, names ", dataset: LatentJobs.Dataset().Map(i => i));
        using var cache = new LatentCache(_folder["a"]);
        Assert.Contains("another codec", Assert.Throws<ArgumentException>("codec", () => cache.RequireCodec(other)).Message, StringComparison.Ordinal);
        using var same = LatentJobs.Codec();
        cache.RequireCodec(same);
    }

    /// <summary>Images 0, 7 and 11 of 20 are no images; the cache is that of the other 17, and says which are left out.</summary>
    [Fact]
    public async Task Bad_images_are_left_out_and_named()
    {
        var images = WithBad();
        var seen = new List<LatentCacheProgress>();
        var options = LatentJobs.Options with { Content = LatentContent.Samples, Type = TorchSharp.torch.ScalarType.Float32, OnBadImage = BadImagePolicy.Skip };
        await LatentCache.BuildAsync(images, new IdentityCodec(), _folder["skipped"], options, new Recorder(seen));
        var told = seen[^1].BadImages;
        Assert.Equal([0, 7, 11], told.Select(b => b.Index));
        Assert.All(told, bad => Assert.EndsWith($"{bad.Index:D2}.png", bad.Name, StringComparison.Ordinal));
        Assert.All(told, bad => Assert.True(File.Exists(bad.Name), bad.Name));
        Assert.Equal((20, 20), (seen[^1].Encoded, seen[^1].Total));

        var good = images.Subset(Enumerable.Range(0, 20).Except([0, 7, 11]));
        await LatentCache.BuildAsync(good, new IdentityCodec(), _folder["good"], options with { OnBadImage = BadImagePolicy.Throw });
        using var expected = new LatentCache(_folder["good"]);
        using var cache = new LatentCache(_folder["skipped"]);
        Assert.Equal(17, cache.Count);
        Assert.Equal([(0, "00.png"), (7, "07.png"), (11, "11.png")], cache.BadImages.Select(b => (b.Index, Path.GetFileName(b.Name))));
        Assert.Empty(expected.BadImages);
        Assert.Equal(expected.Labels, cache.Labels);
        Assert.Equal(await Values(expected), await Values(cache));
        Assert.Equal(DatasetStatistics.Of(expected).Mean, DatasetStatistics.Of(cache).Mean);
        Assert.Equal((17, 3), (DatasetStatistics.Of(cache).Images, DatasetStatistics.Of(cache).Unreadable.Count));

        static async Task<List<float>> Values(LatentCache cache)
        {
            var values = new List<float>();
            await using var loader = new BatchLoader(cache, 5, seed: 3) { DropLast = false, HorizontalFlip = true };
            await foreach (var batch in loader) values.AddRange(batch.Images.data<float>().ToArray());
            return values;
        }
    }

    /// <summary>Cancelled in the middle and gone on with, or made by two processes: the same bytes, and the same images left out.</summary>
    [Fact]
    public async Task A_cache_with_bad_images_is_resumed_to_the_byte()
    {
        var options = LatentJobs.Options with { OnBadImage = BadImagePolicy.Skip };
        using var codec = LatentJobs.Codec();
        Task Make(string name, LatentCacheOptions how, Recorder? progress = null, CancellationToken cancellationToken = default) =>
            LatentCache.BuildAsync(WithBad(), codec, _folder[name], how, progress, cancellationToken);
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Make("parts", options, new Recorder([]) { OnReport = p => { if (p.Encoded >= 12) cancel.Cancel(); } }, cancel.Token));
        Assert.Single(Directory.GetFiles(_folder["parts"], "shard-*"));
        await Make("parts", options with { Rank = 1, Ranks = 2 });
        await Make("parts", options);
        await Make("whole", options with { Workers = 0 });
        Same("whole", "parts", files: 4);
        using var cache = new LatentCache(_folder["parts"]);
        Assert.Equal([0, 7, 11], cache.BadImages.Select(b => b.Index));

        // Throw does not get as far as a difference where the first image is bad; a good data set does.
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => LatentCache.BuildAsync(WithBad().Subset(Enumerable.Range(1, 6)), codec, _folder["parts"], options with { OnBadImage = BadImagePolicy.Throw }));
        Assert.Contains("onBadImage \"Skip\" against none", error.Message, StringComparison.Ordinal);
        Assert.Contains("The first 3 images", (await Assert.ThrowsAsync<InvalidDataException>(() => LatentCache.BuildAsync(WithBad().Subset([0, 7, 11]), codec, _folder["none"], options))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => Make("none", options with { OnBadImage = BadImagePolicy.Placeholder }));
    }

    [Fact]
    public async Task Bad_input_is_named()
    {
        using var codec = LatentJobs.Codec();
        Task Make(IImageDataset dataset, LatentCacheOptions options, ILatentCodec? other = null) => LatentCache.BuildAsync(dataset, other ?? codec, _folder["bad"], options);
        var message = (await Assert.ThrowsAsync<ArgumentException>(() => Make(LatentJobs.Dataset(), LatentJobs.Options with { ShardImages = 6, Rank = 3, Type = TorchSharp.torch.ScalarType.Int64 }))).Message;
        Assert.All(["ShardImages is 6", "Rank is 3 of 1", "Type is Int64"], part => Assert.Contains(part, message, StringComparison.Ordinal));
        message = (await Assert.ThrowsAsync<ArgumentException>(() => Make(LatentJobs.Dataset(), LatentJobs.Options, new IdentityCodec()))).Message;
        Assert.Contains("LatentContent.Samples", message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => Make(new InMemoryDataset([]), LatentJobs.Options));

        var sizes = new InMemoryDataset([.. Enumerable.Range(0, 8).Select(i => new LabeledImage(Pictures.Make(1, i < 4 ? 4 : 6, 4), 0))]);
        message = (await Assert.ThrowsAsync<InvalidDataException>(() => Make(sizes, LatentJobs.Options))).Message;
        Assert.Contains("image 4 and on are [4, 4, 3, 2], but those of image 0 say [4, 4, 2, 2]", message, StringComparison.Ordinal);

        Directory.Delete(_folder["bad"], recursive: true);
        Pictures.Write(_folder["images/0.png"], 1, 4, 4);
        File.WriteAllText(Pictures.Write(_folder["images/1.png"], 1), "no image");
        message = (await Assert.ThrowsAsync<InvalidDataException>(() => Make(new ImageFolder(_folder["images"], FolderLayout.Flat), LatentJobs.Options))).Message;
        Assert.Contains(_folder["images/1.png"], message, StringComparison.Ordinal);

        Directory.Delete(_folder["bad"], recursive: true);
        message = (await Assert.ThrowsAsync<InvalidDataException>(() => Make(LatentJobs.Dataset(9), LatentJobs.Options with { Content = LatentContent.Samples }, new Infinite()))).Message;
        Assert.Contains("latents of image 0 are not finite", message, StringComparison.Ordinal);
    }

    private static async Task Finish(params Process[] processes)
    {
        await Task.WhenAll(processes.Select(p => p.StandardOutput.ReadToEndAsync()));
        await Task.WhenAll(processes.Select(p => p.WaitForExitAsync()));
        Assert.All(processes, p => Assert.Equal(0, p.ExitCode));
        foreach (var process in processes) process.Dispose();
    }

    private async Task Refused(string why, Func<LatentCacheOptions, LatentCacheOptions> change, string difference, ILatentCodec? codec = null, IImageDataset? dataset = null)
    {
        using var same = LatentJobs.Codec();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => LatentCache.BuildAsync(dataset ?? LatentJobs.Dataset(), codec ?? same, _folder["a"], change(LatentJobs.Options)));
        Assert.True(error.Message.Contains(difference, StringComparison.Ordinal), $"{why}: {error.Message}");
    }

    private async Task Build(
        string name, Func<LatentCacheOptions, LatentCacheOptions>? change = null, IProgress<LatentCacheProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var codec = LatentJobs.Codec();
        await LatentCache.BuildAsync(LatentJobs.Dataset(), codec, _folder[name], change?.Invoke(LatentJobs.Options) ?? LatentJobs.Options, progress, cancellationToken);
    }

    private ImageFolder WithBad()
    {
        if (!Directory.Exists(_folder["images"]))
        {
            for (var i = 0; i < 20; i++) Pictures.Write(_folder[$"images/{i / 10}/{i:D2}.png"], (byte)(10 * i), 16, 16);
            foreach (var bad in new[] { 0, 7, 11 }) File.WriteAllText(_folder[$"images/{bad / 10}/{bad:D2}.png"], "no image");
        }
        return new ImageFolder(_folder["images"]);
    }

    private void Same(string expected, string actual, int files = 14)
    {
        string[] Names(string folder) => [.. Directory.GetFiles(_folder[folder]).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
        Assert.Equal(Names(expected), Names(actual));
        Assert.Equal(files, Names(expected).Length);
        foreach (var name in Names(expected))
            Assert.True(File.ReadAllBytes(_folder[$"{expected}/{name}"]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder[$"{actual}/{name}"])), name);
    }

    private sealed class Recorder(List<LatentCacheProgress> seen) : IProgress<LatentCacheProgress>
    {
        public Action<LatentCacheProgress> OnReport { get; init; } = static _ => { };

        public void Report(LatentCacheProgress value)
        {
            seen.Add(value);
            OnReport(value);
        }
    }

    private sealed class Infinite : ILatentCodec
    {
        public int LatentChannels => 3;

        public int DownsamplingFactor => 1;

        public TorchSharp.torch.Tensor Encode(TorchSharp.torch.Tensor images, TorchSharp.torch.Generator? generator = null) => images / 0;

        public TorchSharp.torch.Tensor Decode(TorchSharp.torch.Tensor latents) => latents.clone();
    }
}
