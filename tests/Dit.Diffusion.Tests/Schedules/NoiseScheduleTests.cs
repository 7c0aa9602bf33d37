using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Schedules;

public class NoiseScheduleTests
{
    public static TheoryData<string> All => [.. AllSchedules.Names];

    [Fact]
    public void Every_schedule_is_tested() => Assert.Empty(
        typeof(INoiseSchedule).Assembly.GetExportedTypes().Where(type => type.IsAssignableTo(typeof(INoiseSchedule)) && !type.IsInterface)
            .Except(AllSchedules.Types));

    [Theory, MemberData(nameof(All))]
    public void Runs_from_data_to_noise(string name)
    {
        var schedule = AllSchedules.Get(name);
        Assert.Equal((1, schedule is ConditionalOptimalPath { Smallest: var rest } ? rest : 0), (schedule.Alpha(0), schedule.Sigma(0)));
        Assert.Equal(-2 * Math.Log(Math.Abs(schedule.Sigma(0))), schedule.LogSnr(0), 1e-12);
        double[] times = [0, .. AllSchedules.Times(schedule), 1];
        for (var i = 1; i < times.Length; i++)
        {
            Assert.True(schedule.Alpha(times[i]) < schedule.Alpha(times[i - 1]) && schedule.Sigma(times[i]) > schedule.Sigma(times[i - 1]));
            Assert.True(schedule.LogSnr(times[i]) < schedule.LogSnr(times[i - 1]));
        }
        Assert.Equal(1, schedule.Sigma(1), 0.01);
    }

    [Theory]
    [InlineData("rectified flow")]
    [InlineData("trigonometric")]
    [InlineData("EDM")]
    [InlineData("harmonic")]
    [InlineData("linear, zero-terminal")]
    [InlineData("cosine, zero-terminal")]
    public void Paths_to_pure_noise_end_there_exactly(string name)
    {
        var schedule = AllSchedules.Get(name);
        Assert.Equal((0, 1), (schedule.Alpha(1), schedule.Sigma(1)));
        Assert.Equal(double.NegativeInfinity, schedule.LogSnr(1));
        Assert.True(double.IsFinite(schedule.AlphaDerivative(1)) && double.IsFinite(schedule.SigmaDerivative(1)));
    }

    [Theory, MemberData(nameof(All))]
    public void Derivatives_are_those_of_the_coefficients(string name)
    {
        var schedule = AllSchedules.Get(name);
        const double Step = 1e-7;
        foreach (var t in AllSchedules.Times(schedule))
        {
            Check((schedule.Alpha(t + Step) - schedule.Alpha(t - Step)) / (2 * Step), schedule.AlphaDerivative(t));
            Check((schedule.Sigma(t + Step) - schedule.Sigma(t - Step)) / (2 * Step), schedule.SigmaDerivative(t));
        }

        static void Check(double difference, double derivative) => Assert.Equal(0, (difference - derivative) / (1 + Math.Abs(derivative)), 5e-8);
    }

    [Theory, MemberData(nameof(All))]
    public void Time_is_found_again_from_the_signal_to_noise_ratio(string name)
    {
        var schedule = AllSchedules.Get(name);
        for (var t = 0.01; t < 1; t += 0.01)
        {
            Assert.Equal(2 * Math.Log(schedule.Alpha(t) / schedule.Sigma(t)), schedule.LogSnr(t), 1e-9);
            Assert.Equal(t, schedule.TimeFromLogSnr(schedule.LogSnr(t)), 1e-10);
        }
        for (var logSnr = Math.Max(-12, schedule.LogSnr(1)); logSnr < Math.Min(12, schedule.LogSnr(0)); logSnr += 0.5)
            Assert.Equal(logSnr, schedule.LogSnr(schedule.TimeFromLogSnr(logSnr)), 1e-9);
        Assert.Equal(0, schedule.TimeFromLogSnr(double.PositiveInfinity));
        Assert.Equal(1, schedule.TimeFromLogSnr(double.NegativeInfinity), 1e-15);
    }

    [Theory, MemberData(nameof(All))]
    public void Tensor_coefficients_are_the_scalar_ones(string name)
    {
        var schedule = AllSchedules.Get(name);
        Check(ScalarType.Float64, 1e-13);
        Check(ScalarType.Float32, 2e-6);

        void Check(ScalarType type, double tolerance)
        {
            using var scope = NewDisposeScope();
            double[] times = [0.04, 0.12, 0.5, 0.76, 1];                                    // steps of every discrete schedule here
            var t = tensor(times).to(type);
            var path = schedule.At(t.view(-1, 1));                                          // [5, 1]
            Compare(schedule.Alpha, path.Alpha);
            Compare(schedule.Sigma, path.Sigma);
            Compare(schedule.AlphaDerivative, path.AlphaDerivative);
            Compare(schedule.SigmaDerivative, path.SigmaDerivative);
            Compare(schedule.NetworkTime, schedule.NetworkTime(t).view(-1, 1));
            Approximately.Equal(t, schedule.Snap(t), 1e-7);

            void Compare(Func<double, double> scalar, Tensor values)
            {
                Assert.Equal(type, values.dtype);
                var expected = tensor(Array.ConvertAll(times, time => scalar(time))).view(-1, 1);
                var error = (values.expand(5, 1).to(ScalarType.Float64) - expected).abs() / (1 + expected.abs());
                Assert.InRange(error.max().item<double>(), 0, tolerance);
            }
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Coefficients_leave_nothing_else_behind(string name)
    {
        var schedule = AllSchedules.Get(name);
        using var t = tensor(new[] { 0.25f, 0.5f });
        using (NewDisposeScope()) schedule.At(t);                                           // a discrete schedule keeps its table
        var before = TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        var path = schedule.At(t);
        Assert.InRange(TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount, before + 4, before + 4);
        foreach (var part in new[] { path.Alpha, path.Sigma, path.AlphaDerivative, path.SigmaDerivative }) part.Dispose();
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [Theory]
    [InlineData(0, 20)]
    [InlineData(-1, 20)]
    [InlineData(0.1, 0.05)]
    [InlineData(0.1, double.PositiveInfinity)]
    [InlineData(double.NaN, 20)]
    public void Impossible_betas_are_refused(double first, double last) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new VariancePreserving(first, last));
}
