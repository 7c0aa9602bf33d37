using Dit.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Data.Tests;

public sealed class BatchLoaderTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(8)]
    public async Task The_order_does_not_depend_on_the_workers(int workers)
    {
        var dataset = new CountingDataset(103) { OnRead = i => Thread.SpinWait(i * 137 % 5000) };
        await using var reference = new BatchLoader(new CountingDataset(103), 10, seed: 3) { Workers = 0 };
        await using var loader = new BatchLoader(dataset, 10, seed: 3) { Workers = workers };
        for (var epoch = 0; epoch < 3; epoch++)
        {
            var expected = await Epochs.Labels(reference);
            Assert.Equal(10, expected.Count);
            Assert.Equal(expected, await Epochs.Labels(loader));
        }
        Assert.Equal(new BatchPosition(3, 0), loader.Position);
        Assert.InRange(dataset.MostReaders, 1, Math.Max(1, workers));
    }

    [Fact]
    public async Task Every_epoch_is_another_permutation()
    {
        await using var loader = new BatchLoader(new CountingDataset(40), 10, seed: 0);
        var first = (await Epochs.Labels(loader)).SelectMany(b => b).ToArray();
        var second = (await Epochs.Labels(loader)).SelectMany(b => b).ToArray();
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (long)i), first.Order());
        Assert.Equal(first.Order(), second.Order());
        Assert.NotEqual(first, second);
    }

    [Theory, InlineData(0), InlineData(3)]
    public async Task A_saved_position_gives_the_same_remaining_batches(int workers)
    {
        await using var whole = new BatchLoader(new CountingDataset(60), 8, seed: 9) { Workers = workers };
        var expected = new List<long[]>();
        for (var epoch = 0; epoch < 3; epoch++) expected.AddRange(await Epochs.Labels(whole));

        for (var stop = 0; stop <= expected.Count; stop++)
        {
            await using var before = new BatchLoader(new CountingDataset(60), 8, seed: 9) { Workers = workers };
            var seen = new List<long[]>();
            while (seen.Count < stop) seen.AddRange(await Epochs.Labels(before, stop - seen.Count));
            Assert.Equal(new BatchPosition(stop / 7, stop % 7), before.Position);

            await using var after = new BatchLoader(new CountingDataset(60), 8, seed: 9) { Workers = workers, Position = before.Position };
            while (seen.Count < expected.Count) seen.AddRange(await Epochs.Labels(after));
            Assert.Equal(expected, seen);
        }
    }

    [Fact]
    public async Task Images_are_planes_in_the_models_range()
    {
        await using var loader = new BatchLoader(new CountingDataset(4, channels: 3), 4, seed: 0) { Shuffle = false };
        await foreach (var batch in loader)
        {
            Assert.Equal([4, 3, 2, 3], batch.Images.shape);
            Assert.Equal((ScalarType.Float32, ScalarType.Int64), (batch.Images.dtype, batch.Labels!.dtype));
            for (var n = 0; n < 4; n++)
                for (var c = 0; c < 3; c++)
                    for (var y = 0; y < 2; y++)
                        for (var x = 0; x < 3; x++)
                            Assert.Equal((n + (y * 3 + x) * 3 + c) / 127.5f - 1f, batch.Images[n, c, y, x].item<float>());
        }
    }

    [Fact]
    public async Task Mirrored_images_are_mirrored_and_the_same_for_any_workers()
    {
        var epochs = new List<float[]>();
        foreach (var workers in new[] { 0, 3 })
        {
            var dataset = new CountingDataset(64, channels: 3);
            await using var loader = new BatchLoader(dataset, 64, seed: 1) { Workers = workers, Shuffle = false, HorizontalFlip = true };
            await foreach (var batch in loader)
            {
                var mirrored = 0;
                for (var n = 0; n < 64; n++)
                {
                    var left = MathF.Round((batch.Images[n, 0, 0, 0].item<float>() + 1) * 127.5f);
                    var right = MathF.Round((batch.Images[n, 0, 0, 2].item<float>() + 1) * 127.5f);
                    Assert.Equal((n, n + 6), (MathF.Min(left, right), MathF.Max(left, right)));
                    if (left > right) mirrored++;
                }
                Assert.InRange(mirrored, 16, 48);
                epochs.Add(batch.Images.data<float>().ToArray());
            }
        }
        Assert.Equal(epochs[0], epochs[1]);
    }

    [Fact]
    public async Task The_last_batch_is_dropped_or_short()
    {
        await using var dropped = new BatchLoader(new CountingDataset(10), 4, seed: 0);
        await using var kept = new BatchLoader(new CountingDataset(10), 4, seed: 0) { DropLast = false };
        Assert.Equal([4, 4], (await Epochs.Labels(dropped)).Select(b => b.Length));
        Assert.Equal([4, 4, 2], (await Epochs.Labels(kept)).Select(b => b.Length));
        Assert.Equal((2, 3), (dropped.BatchesPerEpoch, kept.BatchesPerEpoch));
        Assert.Equal(new BatchPosition(1, 0), kept.Position);
    }

    [Fact]
    public async Task Data_without_labels_gives_none()
    {
        await using var loader = new BatchLoader(new CountingDataset(4) { HasLabels = false }, 2, seed: 0);
        await foreach (var batch in loader) Assert.Null(batch.Labels);
    }

    [Theory, InlineData(1, 0), InlineData(2, 1), InlineData(3, 4)]
    public async Task Reading_ahead_is_bounded(int workers, int prefetch)
    {
        var dataset = new CountingDataset(1000);
        await using var loader = new BatchLoader(dataset, 10, seed: 0) { Workers = workers, Prefetch = prefetch };
        await foreach (var batch in loader)
        {
            var most = (workers + prefetch) * 10;      // the batch in hand, and what was read ahead while it was asked for
            Assert.True(SpinWait.SpinUntil(() => dataset.Reads >= most, TimeSpan.FromSeconds(30)));
            await Task.Delay(50);
            Assert.Equal(most, dataset.Reads);
            break;
        }
        Assert.Equal(0, dataset.Readers);
    }

    [Fact]
    public async Task A_batch_lives_until_the_next_one_is_asked_for()
    {
        await using var loader = new BatchLoader(new CountingDataset(20), 10, seed: 0);
        Batch? previous = null;
        await foreach (var batch in loader)
        {
            Assert.True(previous is null || previous.Images.IsInvalid);
            Assert.False(batch.Images.IsInvalid);
            previous = batch;
        }
        Assert.True(previous!.Images.IsInvalid);

        await foreach (var batch in loader)
        {
            previous = batch;
            break;
        }
        Assert.False(previous.Images.IsInvalid);
        previous.Dispose();

        await using var keeping = new BatchLoader(new CountingDataset(20), 10, seed: 0) { DisposeBatches = false };
        var kept = new List<Batch>();
        await foreach (var batch in keeping) kept.Add(batch);
        Assert.All(kept, batch => Assert.False(batch.Images.IsInvalid));
        kept.ForEach(batch => batch.Dispose());
    }

    [Fact]
    public async Task No_tensor_is_left_and_none_is_in_the_consumers_scope()
    {
        await using var loader = new BatchLoader(new CountingDataset(64), 4, seed: 0) { Workers = 3 };
        using var scope = NewDisposeScope();
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var epoch = 0; epoch < 10; epoch++)
            await foreach (var batch in loader)
            {
                Assert.Equal(0, scope.DisposablesCount);
                Assert.Equal(live + 2, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            }
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public async Task The_loop_stays_on_its_thread()
    {
        await using var loader = new BatchLoader(new CountingDataset(200) { OnRead = static _ => Thread.Sleep(1) }, 10, seed: 0);
        var thread = Environment.CurrentManagedThreadId;
        await foreach (var batch in loader) Assert.Equal(thread, Environment.CurrentManagedThreadId);
    }
}
