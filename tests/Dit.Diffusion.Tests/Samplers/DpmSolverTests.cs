using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

public class DpmSolverTests
{
    private static readonly TimeGrid Inner = TimeGrid.Uniform.Between(0.999, 0.001);

    public static TheoryData<int, SolverForm, SecondOrderRule> Methods
    {
        get
        {
            var data = new TheoryData<int, SolverForm, SecondOrderRule>();
            foreach (var order in (int[])[1, 2, 3])
                foreach (var form in Enum.GetValues<SolverForm>())
                    foreach (var rule in Enum.GetValues<SecondOrderRule>())
                        data.Add(order, form, rule);
            return data;
        }
    }

    [Theory, MemberData(nameof(Methods))]
    public void Error_falls_with_the_order(int order, SolverForm form, SecondOrderRule rule)
    {
        var found = Family.Order((n, grid) => new DpmSolver(n, order) { Grid = grid, Form = form, Rule = rule, LowersFinalOrders = false }, graded: order == 3);
        Assert.Equal(order, found, 0.15);
    }

    [Theory, MemberData(nameof(Methods))]
    public void Error_of_the_single_step_method_falls_with_the_order(int order, SolverForm form, SecondOrderRule rule)
    {
        var found = Family.Order((n, grid) => new DpmSolverSingleStep(n, order) { Grid = grid, Form = form, Rule = rule });
        Assert.Equal(order, found, 0.15);
    }

    [Fact]
    public void Half_a_curvature_is_of_order_2_only()
    {
        var found = Family.Order((n, grid) => new DpmSolver(n, order: 3) { Grid = grid, HalvesCurvature = true, LowersFinalOrders = false }, graded: true);
        Assert.Equal(2, found, 0.15);
    }

    [Fact]
    public void Order_1_is_DDIM_and_of_the_SDE_ancestral_sampling()
    {
        using var scope = NewDisposeScope();
        var noise = randn([2, 1, 4, 4], ScalarType.Float64);
        foreach (INoiseSchedule path in (INoiseSchedule[])[new RectifiedFlow(), DiscreteSchedule.Linear(), new EdmPath()])
        {
            var denoiser = new GaussianDenoiser(0.5, 0.3, path, Prediction.V);
            Approximately.Equal(new DdimSampler(9) { Grid = TimeGrid.Uniform }.Sample(denoiser, noise), new DpmSolver(9, order: 1) { Grid = TimeGrid.Uniform }.Sample(denoiser, noise), 1e-12);
            Approximately.Equal(
                new DdpmSampler(9) { Grid = TimeGrid.Uniform, Noise = new SeededNoise(1, 2) }.Sample(denoiser, noise),
                new DpmSolver(9, order: 1) { Grid = TimeGrid.Uniform, Stochastic = true, Noise = new SeededNoise(1, 2) }.Sample(denoiser, noise), 1e-12);
        }
    }

    /// <summary>Its bias falls with the steps: order 1 lacks variance, 0.02 of the standard deviation with 60 steps, 0.007 with 200.</summary>
    [Theory]
    [InlineData(1, 0.01)]
    [InlineData(2, 0.004)]
    [InlineData(3, 0.004)]
    public void The_SDE_ends_in_the_right_distribution(int order, double tolerance)
    {
        Family.Equal(Family.Moments(noise => new DpmSolver(200, order) { Stochastic = true, Noise = noise }, new RectifiedFlow()), tolerance);
        var grid = TimeGrid.Exponential();
        Family.Equal(Family.Moments(noise => new DpmSolver(200, order) { Stochastic = true, Noise = noise, Grid = grid }, DiscreteSchedule.Linear(), Prediction.Epsilon), tolerance);
    }

    [Fact]
    public void The_SDE_of_the_noise_ends_in_the_right_distribution()
    {
        var grid = TimeGrid.Exponential(0.01, 80).EndingAt(0.005);
        Family.Equal(Family.Moments(noise => new DpmSolver(200) { Stochastic = true, Form = SolverForm.Noise, Noise = noise, Grid = grid, ScalesNoise = true }, new RectifiedFlow()));
    }

    [Fact]
    public void Twenty_steps_are_ten_times_better_than_DDIM()
    {
        using var scope = NewDisposeScope();
        var denoiser = new GaussianDenoiser(0.5, 0.3);
        var noise = randn([64, 1, 2, 2], ScalarType.Float64);
        double Error(Sampler sampler) => (sampler.Sample(denoiser, noise) - denoiser.Exact(noise)).abs().mean().item<double>();
        Assert.InRange(Error(new DpmSolver(20)), 0, Error(new DdimSampler(20)) / 10);
        Assert.Equal(40, denoiser.Evaluations);
    }

    [Fact]
    public void The_noise_form_is_refused_on_an_end_without_data_or_noise()
    {
        using var noise = randn(1, 1, 2, 2);
        foreach (Sampler sampler in (Sampler[])[new DpmSolver(4) { Form = SolverForm.Noise }, new DpmSolverSingleStep(4) { Form = SolverForm.Noise }, new UniPcSampler(4) { Form = SolverForm.Noise }])
        {
            var error = Assert.Throws<ArgumentException>(() => sampler.Steps(new GaussianDenoiser(0, 1), noise));
            Assert.Contains("Use SolverForm.Data, or a grid such as", error.Message, StringComparison.Ordinal);
        }
        new DpmSolver(4) { Form = SolverForm.Noise, Grid = Inner }.Sample(new GaussianDenoiser(0, 1), noise).Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Other_orders_are_refused(int order)
    {
        Assert.Equal("order", Assert.Throws<ArgumentOutOfRangeException>(() => new DpmSolver(4, order)).ParamName);
        Assert.Equal("order", Assert.Throws<ArgumentOutOfRangeException>(() => new DpmSolverSingleStep(4, order)).ParamName);
        Assert.Equal("order", Assert.Throws<ArgumentOutOfRangeException>(() => new UniPcSampler(4, order)).ParamName);
    }
}
