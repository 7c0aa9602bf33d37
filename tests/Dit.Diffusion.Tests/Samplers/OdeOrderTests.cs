using System.Reflection;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

/// <summary>
/// The exact velocity field of N(mu, s^2) data is known in closed form, so the error of a method is, too. Leading terms of it may cancel on one path: the
/// midpoint method has order 3 on the straight one.
/// </summary>
public class OdeOrderTests
{
    /// <summary>The order, and the evaluations of 20 steps. Those to the data are less where the method would ask for the velocity there.</summary>
    private static readonly Dictionary<string, (double Order, int Evaluations)> Methods = new()
    {
        ["EulerSampler"] = (1, 20),
        ["HeunSampler"] = (2, 39),
        ["RungeKuttaSampler Euler"] = (1, 20),
        ["RungeKuttaSampler Midpoint"] = (2, 40),
        ["RungeKuttaSampler Heun2"] = (2, 39),
        ["RungeKuttaSampler Heun3"] = (3, 60),
        ["RungeKuttaSampler Rk4"] = (4, 79),
        ["RungeKuttaSampler ThreeEighths"] = (4, 79),
        ["RungeKuttaSampler Bosh3"] = (3, 60),
        ["RungeKuttaSampler Dopri5"] = (4, 117),                                     // its last step is of the third order
    };

    public static TheoryData<string> OdeSamplers => [.. EverySampler.Of(typeof(OdeSampler))];

    public static TheoryData<string> Tableaus => [.. EverySampler.Tableaus];

    [Theory, MemberData(nameof(OdeSamplers))]
    public void Error_falls_with_the_order_of_the_method(string method)
    {
        Assert.True(Methods.TryGetValue(method, out var known), $"Say the order of {method} in this test.");
        var (coarse, fine) = (ErrorOf(EverySampler.Make(method, 20)), ErrorOf(EverySampler.Make(method, 40)));
        Assert.InRange(Math.Log2(coarse / fine), known.Order - 0.15, known.Order + 0.5);
    }

    [Theory, MemberData(nameof(OdeSamplers))]
    public void Evaluations_are_as_documented(string method)
    {
        using var noise = randn(1, 1, 2, 2);
        var denoiser = new GaussianDenoiser(0, 1);
        EverySampler.Make(method, 20).Sample(denoiser, noise).Dispose();
        Assert.Equal(Methods[method].Evaluations, denoiser.Evaluations);
    }

    [Theory, MemberData(nameof(OdeSamplers))]
    public void Data_of_one_point_is_reached_exactly_in_one_step(string method)
    {
        using var scope = NewDisposeScope();
        var noise = randn(4, 1, 2, 2);
        Approximately.Equal(full_like(noise, 0.25), EverySampler.Make(method, 1).Sample(new GaussianDenoiser(0.25, 0), noise));
    }

    [Theory, MemberData(nameof(OdeSamplers))]
    public void At_least_one_step_is_needed(string method)
    {
        var error = Record.Exception(() => EverySampler.Make(method, 0));
        Assert.Equal("steps", Assert.IsType<ArgumentOutOfRangeException>((error as TargetInvocationException)?.InnerException ?? error).ParamName);
    }

    [Theory, MemberData(nameof(Tableaus))]
    public void A_table_has_its_own_order_and_evaluations_where_the_velocity_at_the_data_may_be_asked_for(string name)
    {
        var table = EverySampler.Tableau(name);
        using var noise = randn(1, 1, 2, 2);
        var denoiser = new GaussianDenoiser(0, 1);
        new RungeKuttaSampler(7, table) { VelocityAtData = true }.Sample(denoiser, noise).Dispose();
        Assert.Equal(7 * table.Evaluations, denoiser.Evaluations);

        RungeKuttaSampler Of(int steps) => new(steps, table) { VelocityAtData = true };
        double OrderOn(INoiseSchedule path, double std, int steps) => Math.Log2(ErrorOf(Of(steps), path, std) / ErrorOf(Of(2 * steps), path, std));
        Assert.InRange(Math.Min(OrderOn(new RectifiedFlow(), 0.3, 40), OrderOn(new CosinePath(), 0.5, 20)), table.Order - 0.15, table.Order + 0.5);
    }

    [Fact]
    public void A_table_that_is_none_is_refused()
    {
        Assert.Throws<ArgumentException>("stages", () => new ButcherTableau("implicit", 1, [[1]], [1]));
        Assert.Throws<ArgumentException>("weights", () => new ButcherTableau("heavy", 1, [[]], [1.5]));
        Assert.Throws<ArgumentException>("weights", () => new ButcherTableau("short", 2, [[], [1]], [1]));
        Assert.Throws<ArgumentException>("comparison", () => new ButcherTableau("incomparable", 2, [[], [1]], [0.5, 0.5], [0.5, 0]));
        Assert.Throws<ArgumentOutOfRangeException>("order", () => new ButcherTableau("none", 0, [[]], [1]));
        Assert.Throws<ArgumentNullException>("tableau", () => new RungeKuttaSampler(1, null!));
    }

    [Fact]
    public void A_table_of_ones_own_is_a_method()
    {
        var ralston = new ButcherTableau("Ralston", 2, [[], [2 / 3.0]], [1 / 4.0, 3 / 4.0]);
        Assert.InRange(Math.Log2(ErrorOf(new RungeKuttaSampler(20, ralston)) / ErrorOf(new RungeKuttaSampler(40, ralston))), 1.85, 2.5);
    }

    private static double ErrorOf(ISampler sampler) => ErrorOf(sampler, new CosinePath(), 0.5);

    private static double ErrorOf(ISampler sampler, INoiseSchedule path, double std)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var denoiser = new GaussianDenoiser(mean: 0.5, std, path);
        var noise = randn([64, 1, 2, 2], ScalarType.Float64, generator: generator);
        return (sampler.Sample(denoiser, noise) - denoiser.Exact(noise)).abs().mean().item<double>();
    }
}
