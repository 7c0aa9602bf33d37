using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Timesteps;

public class TimestepDensityTests
{
    public static TheoryData<string> All => [.. AllTimesteps.Names];

    [Fact]
    public void Every_density_is_tested() => Assert.Empty(
        typeof(TimestepDensity).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(TimestepDensity))).Except(AllTimesteps.Types));

    /// A share p of n draws varies by sqrt(p (1 - p) / n); five times that fails about once in two million bins.
    [Theory, MemberData(nameof(All))]
    public void Times_are_drawn_as_often_as_the_density_says(string name)
    {
        const int Count = 200_000, Bins = 25;
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var times = AllTimesteps.Get(name).Sample(Count, CPU, generator).data<float>().ToArray();
        Assert.All(times, t => Assert.InRange(t, 0, 1));
        var shares = times.CountBy(t => Math.Min((int)(t * Bins), Bins - 1)).ToDictionary(bin => bin.Key, bin => bin.Value / (double)Count);
        for (var bin = 0; bin < Bins; bin++)
        {
            var expected = Mass(name, bin / (double)Bins, (bin + 1) / (double)Bins);
            Assert.Equal(expected, shares.GetValueOrDefault(bin), 5 * Math.Sqrt(expected * (1 - expected) / Count) + 1e-4);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void The_density_has_mass_1(string name) => Assert.Equal(1, Mass(name, 0, 1), 1e-3);

    /// Between two numbers there is as much mass as they are apart; a mixture carries its two parts one after the other.
    [Theory, MemberData(nameof(All))]
    public void Uniform_numbers_are_carried_along_the_cumulative_density(string name)
    {
        if (name.Contains("% uniform", StringComparison.Ordinal)) return;
        using var scope = NewDisposeScope();
        double[] numbers = [0.1, 0.2, 0.45, 0.5, 0.8, 0.9];
        var times = AllTimesteps.Get(name).FromUniform(tensor(numbers)).data<double>().ToArray();
        for (var i = 1; i < numbers.Length; i++)
            Assert.Equal(numbers[i] - numbers[i - 1], Mass(name, Math.Min(times[i - 1], times[i]), Math.Max(times[i - 1], times[i])), 1e-4);
    }

    [Theory, MemberData(nameof(All))]
    public void The_ends_are_times_too(string name)
    {
        using var scope = NewDisposeScope();
        var times = AllTimesteps.Get(name).FromUniform(tensor(new[] { 0f, 1f })).data<float>().ToArray();
        Assert.All(times, t => Assert.InRange(t, 0, 1));
    }

    /// A generator of U[0, 1) does give 0, once in 16 million draws.
    [Fact]
    public void The_very_ends_are_not_drawn()
    {
        using var scope = NewDisposeScope();
        var times = new Extreme().Sample(2, CPU).data<float>().ToArray();
        Assert.All(times, t => Assert.InRange(t, float.Epsilon, MathF.BitDecrement(1)));
    }

    [Theory, MemberData(nameof(All))]
    public void One_seed_gives_the_same_times_and_leaves_only_them(string name)
    {
        using var one = new Generator(7);
        using var two = new Generator(7);
        using var first = AllTimesteps.Get(name).Sample(16, CPU, one);
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        using (var second = AllTimesteps.Get(name).Sample(16, CPU, two))
        {
            Assert.Equal(before + 1, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
            Assert.Equal([16L], second.shape);
            Assert.Equal(ScalarType.Float32, second.dtype);
            Assert.Equal(first.data<float>().ToArray(), second.data<float>().ToArray());
        }

        Assert.Throws<ArgumentOutOfRangeException>("count", () => AllTimesteps.Get(name).Sample(0, CPU));
    }

    [Fact]
    public void Stratified_batches_have_one_time_from_every_part_in_random_order()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var times = new UniformTimesteps().Stratified().Sample(64, CPU, generator).data<float>().ToArray();
        Assert.Equal(Enumerable.Range(0, 64), times.Select(t => (int)(t * 64)).Order());
        Assert.NotEqual(times.Order(), times);
    }

    /// The mean of t over a batch of 32 varies by sqrt(1 / (12 32)) = 0.051 without strata, by sqrt(1 / (12 32^3)) = 0.0016 with them.
    [Fact]
    public void Stratified_batches_vary_less_and_mean_the_same()
    {
        TimestepDensity[] densities = [new UniformTimesteps(), new LogitNormalTimesteps(0.5), new ModeTimesteps(), new CosMapTimesteps().Shifted(3)];
        foreach (var density in densities)
        {
            var (plain, stratified) = (Means(density), Means(density.Stratified()));
            Assert.Equal(plain.Average(), stratified.Average(), 0.02);
            Assert.InRange(Deviation(stratified) / Deviation(plain), 0, 0.15);
        }

        static double[] Means(TimestepDensity density)
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator(5);
            return [.. Enumerable.Range(0, 200).Select(_ => density.Sample(32, CPU, generator).mean().item<float>())];
        }

        static double Deviation(double[] values) => Math.Sqrt(values.Average(value => Math.Pow(value - values.Average(), 2)));
    }

    [Fact]
    public void A_shift_of_logit_normal_times_is_a_shift_of_their_mean()
    {
        using var scope = NewDisposeScope();
        var u = linspace(0.01, 0.99, 50, ScalarType.Float64);
        var expected = new LogitNormalTimesteps(0.3 + Math.Log(3), 0.7).FromUniform(u);
        Approximately.Equal(expected, new LogitNormalTimesteps(0.3, 0.7).Shifted(3).FromUniform(u), 1e-12);
    }

    [Fact]
    public void Shifts_multiply_the_ratio_of_noise_and_data()
    {
        var path = new RectifiedFlow();
        foreach (var t in new[] { 0.1, 0.5, 0.9 })
        {
            var shifted = TimeShift.Apply(t, 3);
            Assert.Equal(3 * path.Sigma(t) / path.Alpha(t), path.Sigma(shifted) / path.Alpha(shifted), 1e-12);
            Assert.Equal(TimeShift.Apply(t, 6), TimeShift.Apply(TimeShift.Apply(t, 2), 3), 1e-12);
            Assert.Equal(t, TimeShift.Apply(shifted, 1 / 3.0), 1e-12);
        }
        Assert.Equal((0, 1), (TimeShift.Apply(0, 3), TimeShift.Apply(1, 3)));
        Assert.Equal(6.93, TimeShift.ForNumbers(768 * 16 * 16), 0.005);                     // RAE's
        Assert.Equal(1, TimeShift.ForNumbers(3 * 32 * 32));
    }

    [Fact]
    public void The_density_changes_at_the_step_and_not_before()
    {
        using var scope = NewDisposeScope();
        var step = 0L;
        var times = new UniformTimesteps().Within(0, 0.4).SwitchedTo(new UniformTimesteps().Within(0.6, 1), atStep: 100, () => step);
        Assert.InRange(times.Sample(100, CPU).max().item<float>(), 0, 0.4);
        step = 99;
        Assert.InRange(times.Sample(100, CPU).max().item<float>(), 0, 0.4);
        step = 100;
        Assert.InRange(times.Sample(100, CPU).min().item<float>(), 0.6, 1);
        step = 5;                                                                           // another training
        Assert.InRange(times.Sample(100, CPU).max().item<float>(), 0, 0.4);
    }

    [Fact]
    public void Impossible_densities_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("mean", () => new LogitNormalTimesteps(double.NaN));
        foreach (var std in new[] { 0, -1, double.PositiveInfinity }) Assert.Throws<ArgumentOutOfRangeException>("std", () => new LogitNormalTimesteps(0, std));
        foreach (var scale in new[] { -1.1, 1.8, double.NaN }) Assert.Throws<ArgumentOutOfRangeException>("scale", () => new ModeTimesteps(scale));
        var uniform = new UniformTimesteps();
        foreach (var shift in new[] { 0, -1, double.NaN, double.PositiveInfinity })
            Assert.Throws<ArgumentOutOfRangeException>("shift", () => uniform.Shifted(shift));
        foreach (var share in new[] { 0, 1, double.NaN }) Assert.Throws<ArgumentOutOfRangeException>("share", () => uniform.MixedWithUniform(share));
        Assert.Throws<ArgumentOutOfRangeException>("least", () => uniform.Within(-0.1, 1));
        Assert.Throws<ArgumentOutOfRangeException>("most", () => uniform.Within(0.5, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>("most", () => uniform.Within(0, 1.1));
        Assert.Throws<ArgumentOutOfRangeException>("atStep", () => uniform.SwitchedTo(uniform, -1, () => 0));
        Assert.Throws<ArgumentNullException>(() => ((TimestepDensity)null!).Stratified());
    }

    /// <summary>The integral of the density, by the midpoint rule.</summary>
    private static double Mass(string name, double from, double to)
    {
        const int Steps = 4000;
        var density = AllTimesteps.Get(name);
        return Enumerable.Range(0, Steps).Sum(i => density.Density(from + (i + 0.5) / Steps * (to - from))) * (to - from) / Steps;
    }

    private sealed class Extreme : TimestepDensity
    {
        public override Tensor FromUniform(Tensor u) => u.alias();

        public override double Density(double t) => 1;

        protected internal override Tensor Draw(long count, Device device, Generator? generator) => tensor(new[] { 0f, 1f });
    }
}
