using System.Text.Json;

namespace Dit.Core.Tests;

public sealed class SequentialRatesTests
{
    /// <summary>Each schedule counts its own steps; the warm-up is before all of them.</summary>
    [Fact]
    public void Schedules_follow_each_other()
    {
        var rates = new SequentialRates([new(3, new ConstantRate()), new(2, new StepDecay(1, 0.5))], new CosineDecay(2) { Least = 0.1 });
        Assert.Equal([1, 1, 1, 1, 0.5, 1, 0.55, 0.1, 0.1], Enumerable.Range(0, 9).Select(step => Math.Round(rates.Factor(step), 12)));
        var json = JsonSerializer.Serialize(new DitTrainerOptions { LearningRateSchedule = rates }, DitJson.Default.DitTrainerOptions);
        var read = JsonSerializer.Deserialize(json, DitJson.Default.DitTrainerOptions)!;
        Assert.Equal(0.55, read.LearningRateSchedule.Factor(6), 1e-12);
        var message = Assert.Throws<ArgumentException>(() => new DitTrainerOptions { LearningRateSchedule = new SequentialRates([new(0, new StepDecay(0))], new CosineDecay(-1)) }.Validate()).Message;
        Assert.All(["a phase of 0 steps", "StepDecay.Every is 0", "CosineDecay.Steps is -1"], part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.Throws<ArgumentException>(() => new DitTrainerOptions { LearningRateSchedule = new SequentialRates(null!, null!) }.Validate());
    }
}
