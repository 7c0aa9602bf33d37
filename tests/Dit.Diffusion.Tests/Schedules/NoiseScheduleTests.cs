using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Schedules;

public class NoiseScheduleTests
{
    public static TheoryData<INoiseSchedule> All => [new RectifiedFlow(), new CosinePath()];

    [Theory, MemberData(nameof(All))]
    public void Runs_from_data_to_noise(INoiseSchedule schedule)
    {
        Assert.Equal((1, 0), (schedule.Alpha(0), schedule.Sigma(0)));
        Assert.Equal(0, schedule.Alpha(1), 1e-12);
        Assert.Equal(1, schedule.Sigma(1), 1e-12);
    }

    [Theory, MemberData(nameof(All))]
    public void Derivatives_are_those_of_the_coefficients(INoiseSchedule schedule)
    {
        const double Step = 1e-5;
        for (var t = 0.05; t < 1; t += 0.05)
        {
            Assert.Equal((schedule.Alpha(t + Step) - schedule.Alpha(t - Step)) / (2 * Step), schedule.AlphaDerivative(t), 1e-8);
            Assert.Equal((schedule.Sigma(t + Step) - schedule.Sigma(t - Step)) / (2 * Step), schedule.SigmaDerivative(t), 1e-8);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Time_is_found_again_from_the_signal_to_noise_ratio(INoiseSchedule schedule)
    {
        for (var t = 0.01; t < 1; t += 0.01)
            Assert.Equal(t, schedule.TimeFromLogSnr(2 * Math.Log(schedule.Alpha(t) / schedule.Sigma(t))), 1e-12);
        Assert.Equal(0, schedule.TimeFromLogSnr(double.PositiveInfinity));
        Assert.Equal(1, schedule.TimeFromLogSnr(double.NegativeInfinity), 1e-15);
    }

    [Theory, MemberData(nameof(All))]
    public void Tensor_coefficients_are_the_scalar_ones(INoiseSchedule schedule)
    {
        using var scope = NewDisposeScope();
        var times = new[] { 0, 0.125, 0.5, 0.75, 1 };
        var path = schedule.At(tensor(times).view(-1, 1));                                  // [5, 1]
        Check(schedule.Alpha, path.Alpha);
        Check(schedule.Sigma, path.Sigma);
        Check(schedule.AlphaDerivative, path.AlphaDerivative);
        Check(schedule.SigmaDerivative, path.SigmaDerivative);

        void Check(Func<double, double> scalar, Tensor values) =>
            Approximately.Equal(tensor(Array.ConvertAll(times, t => scalar(t))).view(-1, 1), values.expand(5, 1), 1e-15);
    }
}
