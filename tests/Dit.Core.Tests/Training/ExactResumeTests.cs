using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>For every optimizer, precision, schedule and kind of average: 3 + 3 steps are 6, byte for byte in every file.</summary>
public sealed class ExactResumeTests : IDisposable
{
    private static readonly (string Name, OptimizerSettings Settings)[] Optimizers =
    [
        ("AdamW", new AdamWOptions { LearningRate = 1e-3, WeightDecay = 0.1 }),
        ("Adam", new AdamOptions { LearningRate = 1e-3, WeightDecay = 0.1 }),
        ("SGD", new SgdOptions { LearningRate = 1e-2, Nesterov = true, WeightDecay = 0.1 }),
        ("SGD without momentum", new SgdOptions { LearningRate = 1e-2, Momentum = 0 }),
    ];

    private static readonly (string Name, LearningRateSchedule Schedule)[] Schedules =
    [
        ("constant", new ConstantRate()), ("cosine", new CosineDecay(9)), ("step", new StepDecay(2)), ("inverse square root", new InverseSquareRootDecay(3)),
        ("polynomial", new PolynomialDecay(9)),
    ];

    private static readonly (string Name, EmaProfile[] Profiles)[] Averages =
        [("constant", [new ConstantEma(0.9)]), ("warm-up", [new WarmupEma()]), ("power", [new PowerEma(0.05), new PowerEma(0.1)])];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, string, Precision> Kinds
    {
        get
        {
            var kinds = new TheoryData<string, string, string, Precision>();
            foreach (var (optimizer, _) in Optimizers)
                foreach (var (schedule, _) in Schedules)
                    foreach (var (average, _) in Averages)
                        foreach (var precision in Models.Precisions)
                            kinds.Add(optimizer, schedule, average, precision);
            return kinds;
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Resumed_to_the_byte(string optimizer, string schedule, string average, Precision precision)
    {
        await AssertExactAsync(o => o with
        {
            Optimizer = Optimizers.Single(x => x.Name == optimizer).Settings,
            LearningRateSchedule = Schedules.Single(x => x.Name == schedule).Schedule,
            Averages = Averages.Single(x => x.Name == average).Profiles,
            Precision = precision,
            WarmupSteps = 2,
        }, average == "power" ? 6 : 5);
    }

    [Fact]
    public Task In_parts_of_a_batch() => AssertExactAsync(o => o with { AccumulationSteps = 2 });

    [Fact]
    public Task In_the_foreground() => AssertExactAsync(o => o with { WritesInBackground = false });

    /// <summary>The first factors are too large even for float32, and the second half doubles it.</summary>
    [Fact]
    public Task With_a_scaled_loss() =>
        AssertExactAsync(o => o with { LossScaling = new() { InitialScale = Math.Pow(2, 127), BackoffFactor = Math.Pow(2, -20), GrowthInterval = 2 } });

    [Fact]
    public Task With_a_memory_of_losses() => AssertExactAsync(o => o with { SpikeDetection = new() { Window = 4, InARow = 2 } });

    private async Task AssertExactAsync(Func<DitTrainerOptions, DitTrainerOptions> with, int files = 5)
    {
        manual_seed(1);
        await FitAsync("whole", 6);
        manual_seed(1);
        await FitAsync("parts", 3);
        manual_seed(2);                                                       // another process draws other numbers
        await FitAsync("parts", 6);
        var (expected, got) = (TrainingRun.Bytes(_folder["whole"], "step-0000006"), TrainingRun.Bytes(_folder["parts"], "step-0000006"));
        Assert.Equal(files, expected.Count);
        Assert.All(expected, file => Assert.True(file.Value.AsSpan().SequenceEqual(got[file.Key]), file.Key));

        async Task FitAsync(string folder, long steps)
        {
            using var run = new TrainingRun(_folder[folder], with: o => with(o with { CheckpointEvery = 3 }));
            await run.FitAsync(steps);
        }
    }
}
