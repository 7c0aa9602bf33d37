using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

public class TimeGridTests
{
    private static readonly Dictionary<string, TimeGrid> Grids = new()
    {
        ["default"] = TimeGrid.Default,
        ["uniform"] = TimeGrid.Uniform,
        ["trailing"] = TimeGrid.Trailing,
        ["linear"] = TimeGrid.Linear(end: 0.04, toData: true),
        ["karras"] = TimeGrid.Karras(),
        ["karras rho 3"] = TimeGrid.Karras(0.05, 14, rho: 3),
        ["exponential"] = TimeGrid.Exponential(),
        ["flow match"] = TimeGrid.FlowMatchEuler(3),
        ["shifted"] = TimeGrid.Uniform.Shifted(3),
        ["shifted back"] = TimeGrid.Uniform.Shifted(0.3),
        ["shifted karras"] = TimeGrid.Karras().Shifted(2),
        ["between"] = TimeGrid.Uniform.Between(0.7),
        ["discrete linspace"] = new SpacedGrid(StepSpacing.Linspace),
        ["discrete leading"] = new SpacedGrid(StepSpacing.Leading) { Offset = 1 },
        ["discrete trailing"] = new SpacedGrid(StepSpacing.Trailing),
        ["discrete part"] = new SpacedGrid(StepSpacing.Linspace) { Start = 0.5, OmitsLowest = true },
    };

    public static TheoryData<string> Names => [.. Grids.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Times_fall_to_the_data(string name)
    {
        INoiseSchedule[] paths = name.StartsWith("discrete", StringComparison.Ordinal)
            ? [DiscreteSchedule.Linear()]
            : [new RectifiedFlow(), new TrigonometricPath(), new EdmPath(), DiscreteSchedule.ScaledLinear()];
        foreach (var path in paths)
            foreach (var steps in (int[])[1, 2, 10, 37])
            {
                var times = Grids[name].Times(steps, path);
                Assert.Equal(steps + 1, times.Length);
                Assert.InRange(times[0], 0.001, 1);
                Assert.Equal(0, times[^1]);
                for (var i = 0; i < steps; i++) Assert.True(times[i + 1] < times[i], $"{times[i + 1]} follows {times[i]} on {path.GetType().Name}.");
            }
    }

    [Theory]
    [InlineData("uniform")]
    [InlineData("trailing")]
    [InlineData("linear")]
    [InlineData("flow match")]
    [InlineData("shifted")]
    [InlineData("discrete linspace")]
    [InlineData("discrete trailing")]
    public void Most_start_at_pure_noise(string name) => Assert.Equal(1, Grids[name].Times(10, DiscreteSchedule.Linear())[0], 1e-15);

    [Fact]
    public void A_shift_of_a_shift_is_a_shift_by_the_product()
    {
        var path = new RectifiedFlow();
        Same(TimeGrid.Uniform.Shifted(6).Times(10, path), TimeGrid.Uniform.Shifted(2).Shifted(3).Times(10, path));
        Same(TimeGrid.Uniform.Times(10, path), TimeGrid.Uniform.Shifted(4).Shifted(0.25).Times(10, path));
        Same(TimeGrid.Exponential(0.03, 30).Times(10, path), TimeGrid.Exponential(0.01, 10).Shifted(3).Times(10, path));        // it multiplies sigma / alpha
        Assert.Equal(0.75, TimeGrid.Uniform.Shifted(3).Times(2, path)[1], 1e-12);
    }

    [Fact]
    public void Karras_is_equation_5()
    {
        var path = new RectifiedFlow();
        double[] ratios = [.. TimeGrid.Karras(0.002, 80).Times(18, path)[..^1].Select(t => path.Sigma(t) / path.Alpha(t))];
        for (var i = 0; i < 18; i++)
            Assert.Equal(1, ratios[i] / Math.Pow(Math.Pow(80, 1 / 7.0) + i / 17.0 * (Math.Pow(0.002, 1 / 7.0) - Math.Pow(80, 1 / 7.0)), 7), 1e-9);
    }

    [Fact]
    public void Exponential_steps_are_equal_in_the_log_ratio()
    {
        INoiseSchedule path = DiscreteSchedule.Linear();
        double[] ratios = [.. TimeGrid.Exponential().Times(10, path)[..^1].Select(path.LogSnr)];
        foreach (var (a, b) in ratios.Zip(ratios.Skip(1))) Assert.Equal((ratios[^1] - ratios[0]) / 9, b - a, 1e-9);
        Assert.Equal(path.LogSnr(1), ratios[0], 1e-9);
        Assert.Equal(path.LogSnr(0.001), ratios[^1], 1e-9);
    }

    [Fact]
    public void A_range_is_a_part_of_the_path()
    {
        Same([0.6, 0.45, 0.3], TimeGrid.Uniform.Between(0.6, 0.3).Times(2, new RectifiedFlow()));
        Same([1, 0.5, 0.04], TimeGrid.Uniform.EndingAt(0.04).Times(2, new RectifiedFlow()));
    }

    [Fact]
    public void Only_few_steps_end_early()
    {
        var error = Assert.Throws<ArgumentException>(() => TimeGrid.Uniform.EndingAt(0.2).Times(10, new RectifiedFlow()));
        Assert.Contains("Take fewer steps", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Given_times_are_a_grid()
    {
        Same([0.9, 0.5, 0], TimeGrid.Of(0.9, 0.5, 0).Times(2, new RectifiedFlow()));
        Assert.Equal("steps", Assert.Throws<ArgumentException>(() => TimeGrid.Of(1, 0).Times(2, new RectifiedFlow())).ParamName);
    }

    [Fact]
    public void What_is_no_grid_is_refused_when_it_is_made()
    {
        foreach (double[] times in (double[][])[[], [1], [0, 1], [1, 0.5, 0.5, 0], [1.1, 0], [1, -0.1], [1, double.NaN, 0]])
            Assert.Equal("times", Assert.Throws<ArgumentException>(() => TimeGrid.Of(times)).ParamName);
        Assert.ThrowsAny<ArgumentException>(() => TimeGrid.Uniform.Shifted(0));
        Assert.ThrowsAny<ArgumentException>(() => TimeGrid.Uniform.Between(0.3, 0.6));
        Assert.ThrowsAny<ArgumentException>(() => TimeGrid.Uniform.EndingAt(1));
        Assert.ThrowsAny<ArgumentException>(() => TimeGrid.Karras(least: 0));
        Assert.ThrowsAny<ArgumentException>(() => TimeGrid.Karras(3, 2));
        Assert.ThrowsAny<ArgumentException>(() => TimeGrid.Karras(rho: 0));
        Assert.ThrowsAny<ArgumentException>(() => TimeGrid.FlowMatchEuler(-1));
        Assert.ThrowsAny<ArgumentException>(() => new SpacedGrid(StepSpacing.Leading) { Offset = -1 });
        Assert.ThrowsAny<ArgumentException>(() => new SpacedGrid(StepSpacing.Leading) { Start = 0 });
    }

    [Fact]
    public void What_a_path_does_not_have_is_refused_when_it_is_asked()
    {
        Assert.Contains("continuous", Assert.Throws<ArgumentException>(() => new SpacedGrid(StepSpacing.Trailing).Times(10, new RectifiedFlow())).Message, StringComparison.Ordinal);
        Assert.Contains("Take fewer", Assert.Throws<ArgumentException>(() => new SpacedGrid(StepSpacing.Trailing).Times(1001, DiscreteSchedule.Linear())).Message, StringComparison.Ordinal);
        Assert.Contains("Take fewer", Assert.Throws<ArgumentException>(() => new SpacedGrid(StepSpacing.Leading) { Offset = 200 }.Times(10, DiscreteSchedule.Linear())).Message, StringComparison.Ordinal);
        Assert.Contains("lie on the path", Assert.Throws<ArgumentException>(() => TimeGrid.Karras(0.01, 1e6).Times(10, DiscreteSchedule.Linear())).Message, StringComparison.Ordinal);
        Assert.Contains("give both", Assert.Throws<ArgumentException>(() => TimeGrid.Karras().Times(10, DiscreteSchedule.Linear().WithZeroTerminalSnr())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_with_a_table_of_times_is_told_whole_steps()
    {
        using var scope = NewDisposeScope();
        var rounding = new DiscreteSchedule(DiscreteSchedule.Linear().Betas) { RoundsNetworkTimes = true };
        foreach (var (t, exact, whole) in ((double, double, double)[])[(0.5004, 499.4, 499), (0.5007, 499.7, 500), (1, 999, 999)])
        {
            Assert.Equal(exact, DiscreteSchedule.Linear().NetworkTime(t), 1e-9);
            Assert.Equal(whole, rounding.NetworkTime(t));
            Assert.Equal(whole, rounding.NetworkTime(tensor([t]))[0].item<double>());
        }
    }

    private static void Same(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (a, b) in expected.Zip(actual)) Assert.Equal(a, b, 1e-12);
    }
}
