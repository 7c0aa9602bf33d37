using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.optim;
using static TorchSharp.torch.optim.lr_scheduler;

namespace Dit.Torch.Tests.Optim;

public sealed class LRSchedulerTests
{
    private const int Epochs = 12;
    private const double First = 0.8;

    /// <summary>Each schedule, and the factor of the initial rate that its definition gives to an epoch.</summary>
    public static TheoryData<Func<Optimizer, LRScheduler>, Func<int, double>> Schedules => new()
    {
        { o => StepLR(o, 4, 0.5), t => Math.Pow(0.5, t / 4) },
        { o => MultiStepLR(o, [3, 7, 7], 0.5), t => t < 3 ? 1 : t < 7 ? 0.5 : 0.125 },
        { o => ExponentialLR(o, 0.9), t => Math.Pow(0.9, t) },
        { o => ConstantLR(o, 0.25, 5), t => t < 5 ? 0.25 : 1 },
        { o => LinearLR(o, 0.25, 1, 6), t => 0.25 + 0.75 * Math.Min(t, 6) / 6 },
        { o => LinearLR(o, 1, 0, 6), t => 1 - Math.Min(t, 6) / 6.0 },
        { o => PolynomialLR(o, 8, 2), t => Math.Pow(1 - Math.Min(t, 8) / 8.0, 2) },
        { o => CosineAnnealingLR(o, 5, 0.2 * First), t => 0.2 + 0.8 * (1 + Math.Cos(Math.PI * t / 5)) / 2 },
        { o => LambdaLR(o, t => 1 / (1.0 + t)), t => 1 / (1.0 + t) },
        { o => MultiplicativeLR(o, t => t % 2 == 0 ? 0.5 : 1), t => Math.Pow(0.5, t / 2) },
        { o => SequentialLR(o, [LinearLR(o, 0.1, 1, 4), CosineAnnealingLR(o, 8)], [4]),
            t => t < 4 ? 0.1 + 0.9 * t / 4 : (1 + Math.Cos(Math.PI * (t - 4) / 8)) / 2 },
        { o => ChainedLR([ConstantLR(o, 0.1, 2), ExponentialLR(o, 0.9)]), t => (t < 2 ? 0.1 : 1) * Math.Pow(0.9, t) },
    };

    [Theory, MemberData(nameof(Schedules))]
    public void Rates_follow_the_definition(Func<Optimizer, LRScheduler> make, Func<int, double> factor)
    {
        using var parameter = Parameter(ones(1));
        using var optimizer = optim.SGD([parameter], First);
        var schedule = make(optimizer);
        for (var t = 0; t <= Epochs; t++)
        {
            Assert.Equal(First * factor(t), optimizer.ParamGroups.Single().LearningRate, 1e-12);
            Assert.Equal(First * factor(t), schedule.get_last_lr().Single(), 1e-12);
            schedule.step();
        }
    }

    [Fact]
    public void Groups_keep_their_own_initial_rates_and_an_epoch_can_be_set()
    {
        using var a = Parameter(ones(1));
        using var b = Parameter(ones(1));
        using var optimizer = optim.AdamW([new AdamW.ParamGroup([a], lr: 0.1), new AdamW.ParamGroup([b], lr: 0.2)]);
        var schedule = CosineAnnealingLR(optimizer, 10);
        schedule.step(epoch: 5);
        Assert.Equal([0.05, 0.1], schedule.get_last_lr().Select(rate => Math.Round(rate, 12)));
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        using var parameter = Parameter(ones(1));
        using var optimizer = optim.SGD([parameter], First);
        Assert.Throws<ArgumentNullException>(() => StepLR(null!, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => StepLR(optimizer, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => LinearLR(optimizer, 2));
        Assert.Throws<ArgumentException>(() => SequentialLR(optimizer, [ExponentialLR(optimizer)], [3]));
        Assert.Throws<ArgumentException>(() => ChainedLR([]));
    }
}
