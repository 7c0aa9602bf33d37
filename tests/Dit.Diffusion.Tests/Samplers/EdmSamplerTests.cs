using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

public class EdmSamplerTests
{
    [Fact]
    public void Without_churn_it_is_Heuns_method_in_sigma()
    {
        using var scope = NewDisposeScope();
        var noise = 10 * randn([2, 1, 4, 4], ScalarType.Float64);
        var denoiser = new GaussianDenoiser(0.5, 0.3, new GrowingNoise());
        var edm = new EdmSampler(9) { Grid = TimeGrid.Uniform, ScalesNoise = false };
        Approximately.Equal(new HeunSampler(9).Sample(denoiser, noise), edm.Sample(denoiser, noise), 1e-12);
        Assert.Equal(34, denoiser.Evaluations);
    }

    [Fact]
    public void Without_correction_it_is_DDIM()
    {
        using var scope = NewDisposeScope();
        var noise = randn([2, 1, 4, 4], ScalarType.Float64);
        var denoiser = new GaussianDenoiser(0.5, 0.3);
        var edm = new EdmSampler(9) { Corrects = false, ScalesNoise = false };
        Approximately.Equal(new DdimSampler(9) { Grid = TimeGrid.Karras() }.Sample(denoiser, noise), edm.Sample(denoiser, noise), 1e-12);
    }

    [Fact]
    public void Noise_is_scaled_to_where_the_grid_starts()
    {
        using var scope = NewDisposeScope();
        var noise = randn([2, 1, 4, 4], ScalarType.Float64);
        var denoiser = new GaussianDenoiser(0.5, 0.3);
        var unscaled = new EdmSampler(5) { ScalesNoise = false };
        Approximately.Equal(unscaled.Sample(denoiser, 80.0 / 81 * noise), new EdmSampler(5).Sample(denoiser, noise), 1e-12);
    }

    [Fact]
    public void Error_falls_with_the_order()
    {
        Assert.InRange(Family.Order((n, grid) => new EdmSampler(n) { Grid = grid, ScalesNoise = false }), 1.85, 2.15);
        Assert.InRange(Family.Order((n, grid) => new EdmSampler(n) { Grid = grid, ScalesNoise = false, Corrects = false }), 0.85, 1.15);
    }

    [Fact]
    public void Churn_ends_in_the_right_distribution()
    {
        foreach (INoiseSchedule path in (INoiseSchedule[])[new RectifiedFlow(), new EdmPath(), DiscreteSchedule.Linear()])
            Family.Equal(Family.Moments(noise => new EdmSampler(150, churn: 20) { Noise = noise }, path, Prediction.V));
    }

    [Fact]
    public void Churn_is_noise_by_which_the_state_is_asked_a_little_later()
    {
        using var scope = NewDisposeScope();
        var asked = new Asked();
        new EdmSampler(4, churn: 0.4) { Grid = TimeGrid.Of(0.8, 0.6, 0.4, 0.2, 0), ChurnRange = (0.3, 2), Corrects = false }.Sample(asked, randn(1, 1, 2, 2));
        static double Raised(double t) => 1.1 * t / (1 - t) / (1 + 1.1 * t / (1 - t));
        Assert.Equal([0.8, Raised(0.6), Raised(0.4), 0.2], asked.Times.Select(t => Math.Round(t, 12)), (a, b) => Math.Abs(a - b) < 1e-11);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Other_churn_is_refused(double churn) => Assert.Equal("churn", Assert.Throws<ArgumentOutOfRangeException>(() => new EdmSampler(4, churn)).ParamName);

    /// <summary>EDM's own coordinates: x_0 + 10 t eps.</summary>
    private sealed class GrowingNoise : INoiseSchedule
    {
        public double Alpha(double t) => 1;

        public double Sigma(double t) => 10 * t;

        public double AlphaDerivative(double t) => 0;

        public double SigmaDerivative(double t) => 10;

        public double TimeFromLogSnr(double logSnr) => Math.Exp(-logSnr / 2) / 10;
    }

    private sealed class Asked() : Denoiser(new RectifiedFlow(), Prediction.FlowVelocity)
    {
        public List<double> Times { get; } = [];

        public override Tensor Predict(Tensor x, double t)
        {
            Times.Add(t);
            return zeros_like(x);
        }
    }
}
