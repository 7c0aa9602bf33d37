using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Schedules;

public class DiscreteScheduleTests
{
    [Theory]
    [InlineData("linear")]
    [InlineData("scaled linear")]
    [InlineData("sigmoid")]
    [InlineData("cosine")]
    public void Zero_terminal_schedules_keep_their_start_and_shape(string name)
    {
        var plain = (DiscreteSchedule)AllSchedules.Get(name);
        var rescaled = plain.WithZeroTerminalSnr();
        Assert.False(plain.HasZeroTerminalSnr);
        Assert.True(rescaled.HasZeroTerminalSnr);
        Assert.Equal(1, rescaled.Betas[^1]);
        Assert.Equal(plain.Betas[0], rescaled.Betas[0], 1e-12);
        double Last(DiscreteSchedule schedule, int step) => schedule.Alpha((step + 1) / 1000.0);
        var (first, last) = (Last(plain, 0), Last(plain, 999));
        for (var step = 0; step < 999; step += 111)
            Assert.Equal((Last(plain, step) - last) / (first - last), Last(rescaled, step) / first, 1e-9);
        Assert.Same(rescaled, rescaled.WithZeroTerminalSnr());
        Assert.False(rescaled.RoundsNetworkTimes);
        Assert.True(new DiscreteSchedule(plain.Betas) { RoundsNetworkTimes = true }.WithZeroTerminalSnr().RoundsNetworkTimes);
    }

    [Fact]
    public void The_table_of_a_zero_terminal_schedule_is_finite()
    {
        using var scope = NewDisposeScope();
        var schedule = DiscreteSchedule.ScaledLinear().WithZeroTerminalSnr();
        var path = schedule.At(linspace(0.001, 1, 1000));
        foreach (var part in new[] { path.Alpha, path.Sigma, path.AlphaDerivative, path.SigmaDerivative }) Assert.True(part.isfinite().all().item<bool>());
        Assert.Equal(0, schedule.SigmaDerivative(1), 1e-12);
    }

    [Fact]
    public void Sigmoid_follows_its_curve()
    {
        var schedule = DiscreteSchedule.SigmoidAlphaBar(100, -3, 3, 0.7);
        double Logistic(double x) => 1 / (1 + Math.Exp(-x / 0.7));
        for (var i = 0; i < 99; i++)
            Assert.Equal((Logistic(3) - Logistic(6 * (i + 1) / 100.0 - 3)) / (Logistic(3) - Logistic(-3)), schedule.AlphaBars[i], 1e-12);
        Assert.Equal(0.999, schedule.Betas[^1]);
    }

    [Fact]
    public void Sigmoid_betas_run_between_their_ends()
    {
        var betas = DiscreteSchedule.Sigmoid(201, 0.001, 0.02).Betas;
        Assert.Equal(0.0105, betas[100], 1e-12);                                            // the sigmoid's middle
        Assert.Equal(0.001 + 0.019 / (1 + Math.Exp(6)), betas[0], 1e-12);
        Assert.Equal(0.021, betas[10] + betas[190], 1e-12);
    }

    [Fact]
    public void A_curve_of_ones_own_is_followed_where_no_beta_is_too_large()
    {
        var schedule = DiscreteSchedule.FromAlphaBar(10, u => 2 * (1 - u * u), largestBeta: 1);
        for (var i = 0; i < 10; i++) Assert.Equal(1 - (i + 1) * (i + 1) / 100.0, schedule.AlphaBars[i], 1e-12);
        Assert.True(schedule.HasZeroTerminalSnr);
    }

    [Fact]
    public void Names_of_configuration_files_are_known()
    {
        foreach (var name in new[] { "linear", "scaled_linear", "squaredcos_cap_v2", "sigmoid", "quad", "const", "jsd", "warmup10", "warmup50" })
            Assert.Equal(40, DiscreteSchedule.Named(name, 40).StepCount);
        var error = Assert.Throws<ArgumentException>("name", () => DiscreteSchedule.Named("laplace"));
        Assert.Contains("squaredcos_cap_v2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Impossible_schedules_are_refused()
    {
        Assert.Throws<ArgumentException>("betas", () => new DiscreteSchedule());
        Assert.Throws<ArgumentException>("betas", () => new DiscreteSchedule(0.1, 1, 0.1));
        Assert.Throws<ArgumentException>("betas", () => new DiscreteSchedule(0.1, 0));
        Assert.Throws<ArgumentException>("betas", () => new DiscreteSchedule(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>("part", () => DiscreteSchedule.Warmup(10, 1.5, 0.1, 0.2));
        Assert.Throws<ArgumentOutOfRangeException>("temperature", () => DiscreteSchedule.SigmoidAlphaBar(10, temperature: 0));
        Assert.Throws<ArgumentOutOfRangeException>("end", () => DiscreteSchedule.SigmoidAlphaBar(10, start: 3, end: -3));
        Assert.Throws<InvalidOperationException>(() => DiscreteSchedule.Constant(1, 0.5).WithZeroTerminalSnr());
    }

    [Fact]
    public void Times_between_steps_belong_to_the_next_one()
    {
        using var scope = NewDisposeScope();
        var schedule = DiscreteSchedule.Linear(10, 0.01, 0.1);
        var snapped = schedule.Snap(tensor(new[] { 0, 0.01, 0.1, 0.11, 0.95, 1 }));
        Approximately.Equal(tensor(new[] { 0.1, 0.1, 0.1, 0.2, 1, 1 }), snapped, 1e-15);
    }
}
