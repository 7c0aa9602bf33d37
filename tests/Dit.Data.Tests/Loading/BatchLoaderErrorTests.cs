using Dit.Core;

namespace Dit.Data.Tests;

public sealed class BatchLoaderErrorTests
{
    [Theory, InlineData(0), InlineData(2)]
    public async Task An_error_of_the_data_set_arrives_in_place_and_names_the_image(int workers)
    {
        var dataset = new CountingDataset(30) { OnRead = static i => { if (i == 17) throw new IOException("The disk is gone."); } };
        await using var loader = new BatchLoader(dataset, 5, seed: 0) { Workers = workers, Shuffle = false };
        var batches = 0;
        var error = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var batch in loader) batches++;
        });
        Assert.Equal(3, batches);
        Assert.Equal("Image 17 of CountingDataset could not be read: The disk is gone.", error.Message);
        Assert.IsType<IOException>(error.InnerException);
        Assert.Equal(new BatchPosition(0, 3), loader.Position);
        Assert.Equal(0, dataset.Readers);
    }

    [Fact]
    public async Task Images_of_several_sizes_in_a_batch_are_refused()
    {
        var images = new InMemoryDataset([new(new PixelImage(new byte[4], 2, 2, 1), 0), new(new PixelImage(new byte[18], 2, 3, 3), 1)]);
        await using var loader = new BatchLoader(images, 2, seed: 0) { Shuffle = false };
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => Epochs.Labels(loader));
        Assert.Contains("Image 1 is [2, 3, 3], but image 0 of the same batch is [2, 2, 1]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_for_some_images_only_are_refused()
    {
        var image = new PixelImage(new byte[4], 2, 2, 1);
        await using var loader = new BatchLoader(new InMemoryDataset([new(image, 0), new(image)]), 2, seed: 0) { Shuffle = false };
        Assert.Contains("Image 1 has no label", (await Assert.ThrowsAsync<InvalidDataException>(() => Epochs.Labels(loader))).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(0), InlineData(2)]
    public async Task Cancelling_ends_the_loop_within_an_image(int workers)
    {
        using var source = new CancellationTokenSource();
        var dataset = new CountingDataset(100) { OnRead = i => { if (i == 42) source.Cancel(); } };
        await using var loader = new BatchLoader(dataset, 10, seed: 0) { Workers = workers, Prefetch = 0, Shuffle = false };
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var batch in loader.WithCancellation(source.Token)) { }
        });
        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Equal(0, dataset.Readers);
        Assert.InRange(dataset.Reads, 33, 43 + 10 * workers);

        var next = loader.Position;                 // the loader can be used again
        Assert.InRange(next.Batch, 3, 4);
        Assert.Equal(10 - next.Batch, (await Epochs.Labels(loader)).Count);
    }

    [Fact]
    public async Task Disposal_ends_an_abandoned_loop_and_its_readers()
    {
        var dataset = new CountingDataset(1000) { OnRead = static _ => Thread.Sleep(1) };
        var loader = new BatchLoader(dataset, 10, seed: 0) { Workers = 3 };
        var abandoned = loader.GetAsyncEnumerator(CancellationToken.None);
        Assert.True(await abandoned.MoveNextAsync());
        await loader.DisposeAsync();
        Assert.Equal(0, dataset.Readers);
        var reads = dataset.Reads;
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await abandoned.MoveNextAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Epochs.Labels(loader));
        await Task.Delay(20);
        Assert.Equal(reads, dataset.Reads);
        loader.Dispose();
        await loader.DisposeAsync();
    }

    [Fact]
    public async Task A_second_loop_inside_the_first_is_refused()
    {
        await using var loader = new BatchLoader(new CountingDataset(40), 10, seed: 0);
        await foreach (var batch in loader)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => Epochs.Labels(loader));
            Assert.Throws<InvalidOperationException>(() => loader.Position = default);
            break;
        }
        Assert.Equal(3, (await Epochs.Labels(loader)).Count);
    }

    [Fact]
    public async Task Wrong_arguments_are_refused()
    {
        Assert.Throws<ArgumentNullException>("dataset", () => new BatchLoader((IImageDataset)null!, 1, seed: 0));
        Assert.Throws<ArgumentException>("dataset", () => new BatchLoader(new CountingDataset(0), 1, seed: 0));
        Assert.Throws<ArgumentOutOfRangeException>("batchSize", () => new BatchLoader(new CountingDataset(3), 0, seed: 0));
        Assert.Throws<ArgumentOutOfRangeException>("Workers", () => new BatchLoader(new CountingDataset(3), 1, seed: 0) { Workers = -1 });
        await using var small = new BatchLoader(new CountingDataset(3), 4, seed: 0);
        Assert.Contains("3 images", (await Assert.ThrowsAsync<InvalidOperationException>(() => Epochs.Labels(small))).Message, StringComparison.Ordinal);
        await using var loader = new BatchLoader(new CountingDataset(12), 4, seed: 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.Position = new BatchPosition(-1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.Position = new BatchPosition(0, -1));
        loader.Position = new BatchPosition(0, 3);
        Assert.Contains("3 batches", (await Assert.ThrowsAsync<InvalidOperationException>(() => Epochs.Labels(loader))).Message, StringComparison.Ordinal);
        loader.Position = new BatchPosition(5, 2);
        Assert.Single(await Epochs.Labels(loader));
        Assert.Equal(new BatchPosition(6, 0), loader.Position);
    }

}
