using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Data.Tests.Latents;

public sealed class LatentCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// The batch is what the codec says of the images, to the last bit.
    [Theory, InlineData(ScalarType.Float32), InlineData(ScalarType.BFloat16)]
    public async Task Samples_are_the_codecs_latents(ScalarType type)
    {
        using var codec = LatentJobs.Codec();
        codec.SamplesPosterior = false;
        await LatentCache.BuildAsync(LatentJobs.Dataset(), codec, _folder.Path, Samples with { Type = type });
        using var cache = new LatentCache(_folder.Path);
        await using var latents = new BatchLoader(cache, 10, seed: 0) { Shuffle = false, DropLast = false };
        await using var images = new BatchLoader(LatentJobs.Dataset(), 10, seed: 0) { Shuffle = false, DropLast = false };
        await using var other = images.GetAsyncEnumerator();
        await foreach (var batch in latents)
        {
            Assert.True(await other.MoveNextAsync());
            using var expected = codec.Encode(other.Current.Images).to(type).to(ScalarType.Float32);
            Assert.Equal(expected.shape, batch.Images.shape);
            Assert.Equal(ScalarType.Float32, batch.Images.dtype);
            Assert.Equal(expected.data<float>().ToArray().Select(v => v), batch.Images.data<float>().ToArray(), (a, b) => MathF.Abs(a - b) <= (type == ScalarType.Float32 ? 1e-5f : 1e-2f));
            Assert.Equal(other.Current.Labels!.data<long>().ToArray(), batch.Labels!.data<long>().ToArray());
        }
        Assert.False(await other.MoveNextAsync());
        Assert.Equal(Enumerable.Range(0, 103).Select(i => i % 10L), cache.Labels!);
    }

    /// What is drawn has the moments' mean and deviation, is another in every epoch, and the same for any workers, batches and ranks.
    [Fact]
    public async Task Moments_are_drawn_anew_every_epoch_and_always_the_same()
    {
        using var codec = LatentJobs.Codec();
        await LatentCache.BuildAsync(LatentJobs.Dataset(16), codec, _folder.Path, LatentJobs.Options with { Type = ScalarType.Float32 });
        using var cache = new LatentCache(_folder.Path);
        var drawn = new List<float[]>();
        await using (var loader = new BatchLoader(cache, 16, seed: 0) { Shuffle = false })
            for (var epoch = 0; epoch < 2000; epoch++)
                await foreach (var batch in loader) drawn.Add(batch.Images.data<float>().ToArray());

        using var scope = NewDisposeScope();
        await using var images = new BatchLoader(LatentJobs.Dataset(16), 16, seed: 0) { Shuffle = false };
        await foreach (var batch in images)
        {
            using var moments = codec.EncodeDistribution(batch.Images);
            var (mean, deviation) = (moments.Mean.data<float>().ToArray(), moments.Deviation.data<float>().ToArray());
            for (var i = 0; i < mean.Length; i += 37)
            {
                var values = drawn.Select(d => (double)(d[i] - mean[i]) / deviation[i]).ToArray();      // 2000 of N(0, 1): errors of 0.022 and 0.016
                Assert.InRange(values.Average(), -0.11, 0.11);
                Assert.InRange(Math.Sqrt(values.Average(v => v * v)), 0.92, 1.08);
            }
        }
        Assert.NotEqual(drawn[0], drawn[1]);
        foreach (var workers in new[] { 0, 2 })
        {
            var parts = new List<float>();
            foreach (var rank in new[] { 0, 1 })
            {
                await using var loader = new BatchLoader(cache, 8, seed: 0) { Shuffle = false, Workers = workers, Rank = rank, Ranks = 2, Position = new(1, 0) };
                await foreach (var batch in loader) parts.AddRange(batch.Images.data<float>().ToArray());
            }
            Assert.Equal(drawn[1], parts);
        }
    }

    [Fact]
    public async Task The_order_of_every_epoch_is_that_of_the_images()
    {
        await LatentCache.BuildAsync(LatentJobs.Dataset(), new IdentityCodec(), _folder.Path, Samples);
        using var cache = new LatentCache(_folder.Path);
        await using var latents = new BatchLoader(cache, 10, seed: 3) { Workers = 2 };
        await using var images = new BatchLoader(LatentJobs.Dataset(), 10, seed: 3) { Workers = 0 };
        var first = await Epochs.Labels(images);
        Assert.Equal(first, await Epochs.Labels(latents));
        var second = await Epochs.Labels(images);
        Assert.Equal(second, await Epochs.Labels(latents));
        Assert.NotEqual(first, second);
    }

    /// <summary>Mirrored images have moments of their own, and both of them are used: here the deviation of a mirrored image is ten times the upright one's.</summary>
    [Fact]
    public async Task Mirrored_images_are_drawn_from_their_own_moments()
    {
        await LatentCache.BuildAsync(LatentJobs.Dataset(32), new Lopsided(), _folder.Path, LatentJobs.Options with { Type = ScalarType.Float32 });
        using var cache = new LatentCache(_folder.Path);
        await using var loader = new BatchLoader(cache, 32, seed: 4) { Shuffle = false, HorizontalFlip = true };
        await foreach (var batch in loader)
        {
            using var scope = NewDisposeScope();
            var levels = batch.Images.mean([1, 2, 3]).data<float>().ToArray();                              // about 100 or 1000
            var deviations = batch.Images.flatten(1).std(1).data<float>().ToArray();
            Assert.InRange(levels.Count(level => level > 500), 6, 26);
            Assert.All(levels.Zip(deviations), image => Assert.InRange(image.Second, image.First > 500 ? 8 : 0.8, image.First > 500 ? 12 : 1.2));
        }
    }

    /// <summary>Every image is drawn from numbers of its own, whatever its place in a shard.</summary>
    [Fact]
    public async Task Samples_of_equal_images_differ()
    {
        var equal = new InMemoryDataset([.. Enumerable.Range(0, 24).Select(_ => new LabeledImage(Pictures.Make(9, 4, 4)))]);
        await LatentCache.BuildAsync(equal, new Noisy(), _folder.Path, Samples with { Type = ScalarType.Float32 });
        using var cache = new LatentCache(_folder.Path);
        await using var loader = new BatchLoader(cache, 24, seed: 0) { Shuffle = false };
        await foreach (var batch in loader)
        {
            using var scope = NewDisposeScope();
            var first = batch.Images.flatten(1).select(1, 0).data<float>().ToArray();
            Assert.Equal(24, first.Distinct().Count());
        }
    }

    [Fact]
    public async Task Half_of_the_images_are_mirrored_others_in_every_epoch()
    {
        await LatentCache.BuildAsync(LatentJobs.Dataset(96), new IdentityCodec(), _folder.Path, Samples with { HorizontalFlip = true, Type = ScalarType.Float32 });
        using var cache = new LatentCache(_folder.Path);
        await using var plain = new BatchLoader(cache, 96, seed: 4) { Shuffle = false };
        await using var loader = new BatchLoader(cache, 96, seed: 4) { Shuffle = false, HorizontalFlip = true };
        using var scope = NewDisposeScope();
        var upright = (await First(plain)).Images;
        var mirrored = new List<bool[]>();
        for (var epoch = 0; epoch < 2; epoch++)
        {
            var images = (await First(loader)).Images;
            var same = images.eq(upright).flatten(1).all(1).data<bool>().ToArray();
            var turned = images.flip(3).eq(upright).flatten(1).all(1).data<bool>().ToArray();
            Assert.All(same.Zip(turned), pair => Assert.True(pair.First ^ pair.Second));
            Assert.InRange(turned.Count(t => t), 30, 66);
            mirrored.Add(turned);
        }
        Assert.NotEqual(mirrored[0], mirrored[1]);

        static async Task<Batch> First(BatchLoader loader)
        {
            await foreach (var batch in loader) return new Batch(batch.Images.clone());
            throw new InvalidOperationException("There is no batch.");
        }
    }

    [Fact]
    public async Task Attributes_and_features_come_with_their_images()
    {
        var dataset = new InMemoryDataset([.. Enumerable.Range(0, 20).Select(i => new LabeledImage(Pictures.Make((byte)i, 4, 4)) { Attributes = new float[] { i, -i } })]);
        var encoder = new FeatureEncoder("the mean of the rows", images => images.mean([1]));                                              // [B, H, W]
        await LatentCache.BuildAsync(dataset, new IdentityCodec(), _folder.Path, Samples with { HorizontalFlip = true, Type = ScalarType.Float32, Features = encoder });
        using var cache = new LatentCache(_folder.Path);
        Assert.Equal([4L, 4], cache.FeatureShape!);
        await using var loader = new BatchLoader(cache, 5, seed: 1) { HorizontalFlip = true };
        var seen = new List<float>();
        await foreach (var batch in loader)
        {
            using var scope = NewDisposeScope();
            Assert.True(batch.Features!.allclose(batch.Images.mean([1])));
            seen.AddRange(batch.Labels!.select(1, 0).clone().data<float>().ToArray());
            var level = ((batch.Images.amin([1, 2, 3]) + 1) * 127.5).round();                          // the first pixel is the number of the image
            Assert.True(level.eq(batch.Labels.select(1, 0)).all().item<bool>() && level.eq(-batch.Labels.select(1, 1)).all().item<bool>());
        }
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (float)i), seen.Order());
        await Assert.ThrowsAsync<InvalidOperationException>(() => LatentCache.BuildAsync(
            dataset, new IdentityCodec(), _folder.Path, Samples with { HorizontalFlip = true, Type = ScalarType.Float32, Features = new("another", encoder.Encode) }));
    }

    /// One bit in any place: the header, the labels, the latents of every shard, the index.
    [Fact]
    public async Task A_flipped_bit_anywhere_is_found_at_open()
    {
        await LatentCache.BuildAsync(LatentJobs.Dataset(12), new IdentityCodec(), _folder.Path, Samples);
        using (new LatentCache(_folder.Path)) { }
        var random = new Random(1);
        foreach (var path in Directory.GetFiles(_folder.Path))
        {
            var whole = File.ReadAllBytes(path);
            for (var i = 0; i < 60; i++)
            {
                byte[] damaged = [.. whole];
                damaged[i < 20 ? i : random.Next(whole.Length)] ^= (byte)(1 << random.Next(8));
                File.WriteAllBytes(path, damaged);
                Assert.Contains(_folder.Path, Assert.Throws<InvalidDataException>(() => new LatentCache(_folder.Path).Dispose()).Message, StringComparison.Ordinal);
            }
            File.WriteAllBytes(path, whole);
        }
    }

    [Fact]
    public async Task What_is_missing_or_there_twice_is_said()
    {
        Assert.Contains("it has no cache.json", Assert.Throws<FileNotFoundException>(() => new LatentCache(_folder.Path)).Message, StringComparison.Ordinal);
        await LatentCache.BuildAsync(LatentJobs.Dataset(20), new IdentityCodec(), _folder.Path, Samples);
        var shard = Directory.GetFiles(_folder.Path, "shard-00001-*").Single();
        File.Copy(shard, shard.Replace("00001", "00009", StringComparison.Ordinal));
        Assert.Contains("1 files of shard 9", Assert.Throws<InvalidDataException>(() => new LatentCache(_folder.Path)).Message, StringComparison.Ordinal);
        File.Delete(shard.Replace("00001", "00009", StringComparison.Ordinal));
        File.Delete(shard);
        Assert.Contains("1 of 3 shards are missing, 1 is", Assert.Throws<FileNotFoundException>(() => new LatentCache(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_loader_refuses_what_latents_cannot_do()
    {
        await LatentCache.BuildAsync(LatentJobs.Dataset(8), new IdentityCodec(), _folder.Path, Samples);
        var cache = new LatentCache(_folder.Path);
        async Task<string> Refusal(BatchLoader loader)
        {
            await using var used = loader;
            return (await Assert.ThrowsAsync<InvalidOperationException>(() => Epochs.Labels(used))).Message;
        }
        Assert.Contains("LatentCacheOptions.HorizontalFlip", await Refusal(new(cache, 4, seed: 0) { HorizontalFlip = true }), StringComparison.Ordinal);
        Assert.Contains("LatentCacheOptions.Crop", await Refusal(new(cache, 4, seed: 0) { Crop = new CenterCrop(2) }), StringComparison.Ordinal);
        cache.Dispose();
        await using var late = new BatchLoader(cache, 4, seed: 0);
        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => Epochs.Labels(late));
    }

    [Fact]
    public async Task Statistics_are_those_of_the_latents()
    {
        using var codec = LatentJobs.Codec();
        await LatentCache.BuildAsync(LatentJobs.Dataset(32), codec, _folder["moments"], LatentJobs.Options with { Type = ScalarType.Float32 });
        using var moments = new LatentCache(_folder["moments"]);
        var statistics = DatasetStatistics.Of(moments);
        using var scope = NewDisposeScope();
        await using var loader = new BatchLoader(moments, 32, seed: 0);
        var all = new List<Tensor>();
        for (var epoch = 0; epoch < 30; epoch++)
            await foreach (var batch in loader) all.Add(batch.Images.clone());
        var values = cat([.. all]).to(ScalarType.Float64);                                              // [30 x 32, 4, 8, 8]
        for (var c = 0; c < 4; c++)
        {
            Assert.Equal(values.select(1, c).mean().item<double>(), statistics.Mean[c], 0.01);
            Assert.Equal(values.select(1, c).std().item<double>(), statistics.StandardDeviation[c], 0.01);
        }
        Assert.Equal(values.std().item<double>(), statistics.SigmaData, 0.01);
        Assert.Equal((32, true), (statistics.Images, statistics.IsLatent));
        Assert.Contains("multiply the codec's scaling factor by", statistics.ToString(), StringComparison.Ordinal);

        var black = new InMemoryDataset([.. Enumerable.Range(0, 4).Select(i => new LabeledImage(new PixelImage(new byte[] { 255, 0, 255, 0 }, 2, 2, 1)))]);
        await LatentCache.BuildAsync(black, new IdentityCodec(1), _folder["unit"], Samples);
        using var unit = new LatentCache(_folder["unit"]);
        Assert.Contains("Sigma-data is 1.000: the codec's scaling fits", string.Concat(DatasetStatistics.Of(unit).Advice), StringComparison.Ordinal);
        Assert.Null(unit.Labels);
    }

    /// <summary>Mean and deviation of an upright batch, and ten times both of a mirrored one, which comes every second time.</summary>
    private sealed class Lopsided : ILatentCodec
    {
        private int _calls = -2;                // the first image alone says what the cache will be

        public int LatentChannels => 3;

        public int DownsamplingFactor => 1;

        public Tensor Encode(Tensor images, Generator? generator = null) => throw new NotSupportedException();

        public Tensor Decode(Tensor latents) => throw new NotSupportedException();

        public DiagonalGaussian EncodeDistribution(Tensor images)
        {
            var scale = ++_calls > 0 && _calls % 2 == 1 ? 10 : 1;
            return new DiagonalGaussian(cat([full_like(images, 100.0 * scale), full_like(images, 2 * Math.Log(scale))], 1));
        }
    }

    private sealed class Noisy : ILatentCodec
    {
        public int LatentChannels => 3;

        public int DownsamplingFactor => 1;

        public Tensor Encode(Tensor images, Generator? generator = null) => randn(images.shape, generator: generator);

        public Tensor Decode(Tensor latents) => throw new NotSupportedException();
    }

    private static LatentCacheOptions Samples => LatentJobs.Options with { Content = LatentContent.Samples, HorizontalFlip = false };
}
