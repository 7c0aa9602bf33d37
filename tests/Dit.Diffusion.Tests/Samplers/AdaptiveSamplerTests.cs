using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

public class AdaptiveSamplerTests
{
    public static TheoryData<string> Estimating => [.. EverySampler.Tableaus.Where(name => EverySampler.Tableau(name).EstimatesError)];

    [Theory, MemberData(nameof(Estimating))]
    public void The_error_is_what_was_allowed_and_costs_what_the_order_says(string name)
    {
        var table = EverySampler.Tableau(name);
        var (loose, tight) = (Run(table, 1e-3), Run(table, 1e-6));
        Assert.InRange(loose.Error, 0, 2e-3);
        Assert.InRange(tight.Error, 0, 2e-6);
        var growth = tight.Evaluations / (double)loose.Evaluations;                  // 1000 times as exact: 1000^(1 / order) times as many steps
        Assert.InRange(Math.Log(growth), 0.4 * Math.Log(1000) / table.Order, 1.3 * Math.Log(1000) / table.Order);
    }

    [Fact]
    public void Showing_more_states_hardly_costs_more()
    {
        var (few, many) = (new GaussianDenoiser(0.5, 0.3), new GaussianDenoiser(0.5, 0.3));
        using var noise = randn([4, 1, 2, 2], ScalarType.Float64);
        new AdaptiveSampler(1).Sample(few, noise).Dispose();
        new AdaptiveSampler(8).Sample(many, noise).Dispose();
        Assert.InRange(many.Evaluations, 1, few.Evaluations + 8 * 6);
    }

    /// <summary>The documented coupling: steps are shared, so a sample's last digits depend on its batch, its exactness does not.</summary>
    [Fact]
    public void Every_sample_is_as_exact_in_a_batch_as_alone()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var noise = randn([16, 1, 2, 2], ScalarType.Float64, generator: generator);
        noise[3] *= 1e-3;                                                            // small values make the relative tolerance hard
        var denoiser = new GaussianDenoiser(0, 0.3);
        var sampler = new AdaptiveSampler(1) { AbsoluteTolerance = 1e-9 };
        var together = sampler.Sample(denoiser, noise);
        Assert.InRange(((together - denoiser.Exact(noise)) / denoiser.Exact(noise)).abs().max().item<double>(), 0, 5e-3);
        foreach (var i in (int[])[0, 3, 15])
            Approximately.Equal(sampler.Sample(denoiser, noise.narrow(0, i, 1)), together.narrow(0, i, 1), 2e-3);
    }

    [Fact]
    public void Easy_samples_do_not_loosen_the_tolerance_of_a_difficult_one()
    {
        using var scope = NewDisposeScope();
        var noise = zeros([64, 1, 2, 2], ScalarType.Float64);
        noise[5] = randn([1, 2, 2], ScalarType.Float64);
        var sampler = new AdaptiveSampler(3);
        var denoiser = new GaussianDenoiser(0, 0.3);
        Approximately.Equal(sampler.Sample(denoiser, noise.narrow(0, 5, 1)), sampler.Sample(denoiser, noise).narrow(0, 5, 1), 1e-12);
    }

    [Fact]
    public void Tensors_do_not_pile_up_within_a_step_either()
    {
        using var noise = randn([4, 1, 2, 2], ScalarType.Float64);
        var denoiser = new Counting();
        new AdaptiveSampler(1) { RelativeTolerance = 1e-9, AbsoluteTolerance = 1e-9 }.Sample(denoiser, noise).Dispose();
        var later = denoiser.LiveTensors.Skip(20).ToArray();
        Assert.InRange(later.Length, 100, 10000);
        Assert.InRange(later.Max(), 1, denoiser.LiveTensors.Take(20).Max());
    }

    [Fact]
    public void Data_of_one_point_is_reached_exactly()
    {
        using var scope = NewDisposeScope();
        var noise = randn(4, 1, 2, 2);
        Approximately.Equal(full_like(noise, 0.25), new AdaptiveSampler(1).Sample(new GaussianDenoiser(0.25, 0), noise));
    }

    [Fact]
    public void A_velocity_that_is_no_number_is_an_error_and_no_endless_loop()
    {
        using var noise = randn(1, 1, 2, 2);
        var error = Assert.Throws<InvalidOperationException>(() => new AdaptiveSampler(1).Sample(new Broken(), noise));
        Assert.Contains("t = 0.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_settings_are_refused_with_the_cure()
    {
        var error = Assert.Throws<ArgumentException>("tableau", () => new AdaptiveSampler(4, ButcherTableau.Rk4));
        Assert.Contains("Dopri5", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>("RelativeTolerance", () => new AdaptiveSampler(4) { RelativeTolerance = 0 });
        Assert.Throws<ArgumentOutOfRangeException>("AbsoluteTolerance", () => new AdaptiveSampler(4) { AbsoluteTolerance = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>("steps", () => new AdaptiveSampler(0));
    }

    private static (double Error, int Evaluations) Run(ButcherTableau table, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var denoiser = new GaussianDenoiser(mean: 0.5, std: 0.3);
        var noise = randn([64, 1, 2, 2], ScalarType.Float64, generator: generator);
        var sampler = new AdaptiveSampler(1, table) { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance };
        return ((sampler.Sample(denoiser, noise) - denoiser.Exact(noise)).abs().mean().item<double>(), denoiser.Evaluations);
    }

    private sealed class Broken() : Denoiser(new RectifiedFlow(), Prediction.FlowVelocity)
    {
        public override Tensor Predict(Tensor x, double t) => t < 0.5 ? full_like(x, float.NaN) : x.alias();
    }

    private sealed class Counting() : Denoiser(new RectifiedFlow(), Prediction.FlowVelocity)
    {
        private readonly GaussianDenoiser _inner = new(0.5, 0.3);

        public List<long> LiveTensors { get; } = [];

        public override Tensor Predict(Tensor x, double t)
        {
            LiveTensors.Add(DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
            return _inner.Predict(x, t);
        }
    }
}
