using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class LearningRateRangeTestTests
{
    [Fact]
    public async Task The_curve_falls_then_explodes_and_nothing_else_changes()
    {
        using var folder = new TemporaryFolder();
        using var model = Models.Random(Models.Tiny);
        var data = new FixedBatches(Models.Tiny, batchSize: 16) { Position = new(1, 2) };
        var before = model.state_dict().ToDictionary(t => t.Key, t => t.Value.clone());
        manual_seed(5);
        var expected = RandomState.Get().Cpu;

        var curve = await new LearningRateRangeTest { From = 1e-5, To = 100, Steps = 80 }
            .RunAsync(model, new FlowObjective(), data, new DitTrainerOptions { Precision = Precision.Float32, CheckpointDirectory = folder["none"] });
        Assert.Equal(1e-5, curve.LearningRates[0], 1e-12);
        Assert.True(curve.LearningRates.Zip(curve.LearningRates.Skip(1)).All(p => p.Second > p.First));
        Assert.True(curve.Losses.Count < 80 || curve.Losses[^1] > 1.5 * curve.Losses.Min());
        Assert.InRange(curve.Suggestion, 1e-4, 1);
        var at = curve.LearningRates.ToList().IndexOf(curve.Suggestion);
        Assert.True(at > 0 && at <= curve.Losses.ToList().IndexOf(curve.Losses.Min()), "the suggestion lies before the least loss");

        Assert.All(model.state_dict(), t => Assert.True(t.Value.Equals(before[t.Key]), t.Key));
        Assert.Equal(new BatchPosition(1, 2), data.Position);
        Assert.Equal(expected, RandomState.Get().Cpu);
        Assert.False(Directory.Exists(folder["none"]));

        curve.Save(folder["curve.svg"]);
        curve.Save(folder["curve.png"]);
        Assert.Equal(curve.ToSvg(), await File.ReadAllTextAsync(folder["curve.svg"]));
        Assert.Equal(curve.ToPng(), await File.ReadAllBytesAsync(folder["curve.png"]));
        Assert.Throws<ArgumentException>("path", () => curve.Save(folder["curve.pdf"]));
    }

    [Fact]
    public async Task Bad_settings_and_cancellation()
    {
        using var model = new DitModel(Models.Tiny);
        var data = new FixedBatches(Models.Tiny);
        await Assert.ThrowsAsync<ArgumentException>(() => new LearningRateRangeTest { From = 1, To = 0.1, Steps = 3 }.RunAsync(model, new FlowObjective(), data));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new LearningRateRangeTest().RunAsync(model, new FlowObjective(), data, null, new CancellationToken(true)));
    }
}
