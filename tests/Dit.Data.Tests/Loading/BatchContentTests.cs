using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Data.Tests;

public sealed class BatchContentTests
{
    private static LabeledImage Sample(int i, params float[] attributes) => new(new PixelImage(new[] { (byte)i }, 1, 1, 1), i) { Attributes = attributes };

    [Fact]
    public async Task Attributes_are_one_tensor_and_win_over_the_label()
    {
        var dataset = new InMemoryDataset([.. Enumerable.Range(0, 6).Select(i => Sample(i, i, i % 2, 0.5f))]);
        await using var loader = new BatchLoader(dataset, 3, seed: 0) { Shuffle = false };
        var rows = new List<float>();
        await foreach (var batch in loader)
        {
            Assert.Equal([3, 3], batch.Labels!.shape);
            Assert.Equal(ScalarType.Float32, batch.Labels.dtype);
            rows.AddRange(batch.Labels.data<float>().ToArray());
        }
        Assert.Equal(Enumerable.Range(0, 6).SelectMany(i => new[] { i, i % 2, 0.5f }), rows);
    }

    [Fact]
    public async Task Images_with_other_attributes_are_refused()
    {
        await using var loader = new BatchLoader(new InMemoryDataset([Sample(0, 1, 2), Sample(1, 1)]), 2, seed: 0) { Shuffle = false };
        Assert.Contains("Image 1 has 1 attributes, but image 0 of the same batch has 2",
            (await Assert.ThrowsAsync<InvalidDataException>(() => Epochs.Labels(loader))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transform_is_random_by_seed_epoch_and_index_alone()
    {
        async Task<List<(long Label, float Pixel)>> Run(int workers, long seed, bool shuffle, int epochs = 2)
        {
            await using var loader = new BatchLoader(new CountingDataset(48), 8, seed)
            {
                Workers = workers, Shuffle = shuffle,
                Transform = static (image, random) => new PixelImage(new[] { (byte)random.Next(256) }, 1, 1, 1),
            };
            var seen = new List<(long, float)>();
            for (var epoch = 0; epoch < epochs; epoch++)
                await foreach (var batch in loader) seen.AddRange(batch.Labels!.data<long>().ToArray().Zip(batch.Images.data<float>().ToArray()));
            return seen;
        }
        var expected = await Run(0, 3, shuffle: true);
        Assert.Equal(expected, await Run(1, 3, shuffle: true));
        Assert.Equal(expected, await Run(8, 3, shuffle: true));
        Assert.Equal(expected.Take(48).Order(), (await Run(2, 3, shuffle: false, epochs: 1)).Order());
        Assert.NotEqual(expected.Take(48).Order(), expected.Skip(48).Order());
        Assert.NotEqual(expected.Order(), (await Run(0, 4, shuffle: true)).Order());
    }

    [Theory, InlineData(BadImagePolicy.Throw), InlineData(BadImagePolicy.Skip)]
    public async Task What_a_transform_refuses_is_a_bad_image(BadImagePolicy policy)
    {
        await using var loader = new BatchLoader(new CountingDataset(40), 8, seed: 0)
        {
            OnBadImage = policy, Shuffle = false,
            Transform = static (image, _) => image.Pixels.Span[0] == 9 ? throw new InvalidDataException("Too small to crop.") : image,
        };
        if (policy == BadImagePolicy.Throw)
            Assert.Contains("Image 9", (await Assert.ThrowsAsync<InvalidDataException>(() => Epochs.Labels(loader))).Message, StringComparison.Ordinal);
        else
            Assert.Equal(5, (await Epochs.Labels(loader)).Count);
        Assert.Equal(policy == BadImagePolicy.Skip ? [9] : [], loader.BadImages.Select(b => b.Index));
    }

    [Fact]
    public void The_bytes_that_a_device_gets_become_the_same_floats()
    {
        using var bytes = arange(256).to(ScalarType.Byte);
        using var values = BatchTarget.ToUnit(bytes);
        Assert.Equal(Enumerable.Range(0, 256).Select(b => b / 127.5f - 1f), values.data<float>().ToArray());
    }

    [Fact]
    public async Task Batches_go_to_the_device_that_is_asked_for()
    {
        var device = new Device(cuda.is_available() ? "cuda" : "cpu");
        var dataset = new CountingDataset(24, channels: 3);
        await using var host = new BatchLoader(dataset, 8, seed: 0) { DisposeBatches = false };
        await using var there = new BatchLoader(dataset, 8, seed: 0) { DisposeBatches = false, Device = device, PinMemory = cuda.is_available() };
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var (a, b) = (await host.ToListAsync(), await there.ToListAsync());
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(device.type, b[i].Images.device.type);
            using var images = b[i].Images.cpu();
            using var labels = b[i].Labels!.cpu();
            Assert.Equal(a[i].Images.data<float>().ToArray(), images.data<float>().ToArray());
            Assert.Equal(a[i].Labels!.data<long>().ToArray(), labels.data<long>().ToArray());
            a[i].Dispose();
            b[i].Dispose();
        }
        if (device.type == DeviceType.CPU) Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
