using Dit.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests;

public class OdeLikelihoodTests
{
    private static readonly double LogTwoPi = Math.Log(2 * Math.PI);

    [Theory]
    [InlineData(Prediction.FlowVelocity)]
    [InlineData(Prediction.V)]
    public void The_likelihood_of_normal_data_is_its_density(Prediction prediction)
    {
        using var scope = NewDisposeScope();
        var images = 0.5 + 0.3 * randn([6, 1, 2, 3], ScalarType.Float64);
        var density = -0.5 * (((images - 0.5) / 0.3).square() + LogTwoPi + 2 * Math.Log(0.3)).flatten(1).sum([1]);
        var likelihood = new OdeLikelihood(40, ButcherTableau.Rk4).Of(new GaussianDenoiser(0.5, 0.3, prediction: prediction), images);
        Approximately.Equal(density, likelihood.LogDensity, 1e-3);                   // any signs are exact: elements do not depend on each other
        Approximately.Equal((images - 0.5) / 0.3, likelihood.Noise, 1e-3);
        Approximately.Equal(-density / (6 * Math.Log(2)), likelihood.BitsPerDimension(), 1e-3);
        Approximately.Equal(likelihood.BitsPerDimension() + Math.Log2(127.5), likelihood.BitsPerDimension(2 / 255.0), 1e-9);
    }

    /// <summary>Where elements depend on each other a single probe is off, and the mean of many is right.</summary>
    [Fact]
    public void Probes_estimate_the_divergence_without_bias()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        var denoiser = new Correlated(0.5, 0.2, 0.3);
        var x = tensor([0.4, -0.5], [1, 2]);
        var density = (-0.5 * (x * denoiser.Solve(0, x)).sum() - LogTwoPi - 0.5 * Math.Log(0.5 * 0.3 - 0.2 * 0.2)).item<double>();
        var sampler = new OdeLikelihood(40, ButcherTableau.Rk4) { Noise = new GeneratorNoise(generator) };
        var many = sampler.Of(denoiser, x.expand(4000, 2).clone()).LogDensity;
        var deviation = many.std().item<double>() / Math.Sqrt(4000);
        Assert.InRange(many.std().item<double>(), 0.05, 5);
        Assert.InRange(many.mean().item<double>() - density, -4.5 * deviation, 4.5 * deviation);
    }

    [Fact]
    public void Error_falls_with_the_order_of_the_method()
    {
        using var scope = NewDisposeScope();
        var images = 0.5 + 0.3 * randn([6, 1, 2, 2], ScalarType.Float64);
        var denoiser = new GaussianDenoiser(0.5, 0.3, new TrigonometricPath());
        var exact = new OdeLikelihood(200, ButcherTableau.Dopri5).Of(denoiser, images).LogDensity;
        double ErrorOf(int steps) => (new OdeLikelihood(steps).Of(denoiser, images).LogDensity - exact).abs().mean().item<double>();
        Assert.InRange(Math.Log2(ErrorOf(20) / ErrorOf(40)), 1.7, 2.6);
    }

    [Fact]
    public void A_seed_gives_the_same_likelihood_in_any_batch_and_probes_are_signs()
    {
        using var scope = NewDisposeScope();
        var images = randn([4, 2], ScalarType.Float64);
        var denoiser = new Correlated(1, 0.5, 1);
        Tensor Of(Tensor some, params ulong[] seeds) => new OdeLikelihood(5) { Noise = new SeededNoise(seeds) }.Of(denoiser, some).LogDensity;
        Approximately.Equal(Of(images, 1, 2, 3, 4).narrow(0, 1, 2), Of(images.narrow(0, 1, 2), 2, 3), 1e-12);

        var probe = tensor([1.0, -1.0, 1.0, 1.0, -1.0, 1.0, 1.0, -1.0], [4, 2]);
        Approximately.Equal(new OdeLikelihood(5).Of(denoiser, images, probe).LogDensity, new OdeLikelihood(5).Of(denoiser, images, -probe).LogDensity, 1e-12);
    }

    [Fact]
    public void A_real_model_is_evaluated_with_gradients_and_left_as_it_was()
    {
        using var model = new DitModel(new DitConfig { ImageSize = 8, PatchSize = 2, Channels = 1, Width = 32, Depth = 2, Heads = 2, Classes = 10 });
        using var labels = arange(3, ScalarType.Int64);
        using var images = randn(3, 1, 8, 8);
        var denoiser = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps()).Denoiser(model, labels);
        foreach (var parameter in model.parameters()) nn.init.normal_(parameter, 0, 0.05);
        model.train();
        using var plain = denoiser.Predict(images, 0.5);
        Assert.False(plain.requires_grad);

        new OdeLikelihood(2).Of(denoiser, images).Dispose();
        var before = LiveTensors;
        for (var run = 0; run < 3; run++)
        {
            using var likelihood = new OdeLikelihood(4).Of(denoiser, images);
            Assert.All(likelihood.LogDensity.data<double>().ToArray(), value => Assert.True(double.IsFinite(value)));
            Assert.False(likelihood.Noise.requires_grad || likelihood.LogDensity.requires_grad);
        }
        Assert.Equal(before, LiveTensors);
        Assert.True(model.training);
        Assert.All(model.parameters(), parameter => Assert.True(parameter.grad is null));
        Assert.False(images.requires_grad);

        using var clipped = new OdeLikelihood(2) { Grid = TimeGrid.Linear(0.9, 0.1) }.Of(denoiser.Clipped(), images);
        Assert.All(clipped.LogDensity.data<double>().ToArray(), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        using var scope = NewDisposeScope();
        var (images, denoiser) = (randn(2, 1, 2, 2), new GaussianDenoiser(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>("steps", () => new OdeLikelihood(0));
        Assert.Throws<ArgumentException>("probe", () => new OdeLikelihood(2).Of(denoiser, images, zeros(2, 1)));
        Assert.Throws<ArgumentException>("images", () => new OdeLikelihood(2).Of(denoiser, full_like(images, float.NaN)));
        Assert.Throws<ArgumentException>(() => new OdeLikelihood(2) { Noise = new SeededNoise(1) }.Of(denoiser, images));
        Assert.Throws<ArgumentOutOfRangeException>("binWidth", () => new OdeLikelihood(2).Of(denoiser, images).BitsPerDimension(0));
        Assert.Throws<OperationCanceledException>(() => new OdeLikelihood(2).Of(denoiser, images, cancellationToken: new CancellationToken(canceled: true)));
        var deaf = Assert.Throws<InvalidOperationException>(() => new OdeLikelihood(2).Of(new Deaf(), images));
        Assert.Contains("gradient", deaf.Message, StringComparison.Ordinal);
    }

    private static long LiveTensors => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    /// <summary>The exact denoiser of pairs [B, 2] that are N(0, [[first, both], [both, second]]).</summary>
    private sealed class Correlated(double first, double both, double second) : Denoiser(new RectifiedFlow(), Prediction.FlowVelocity)
    {
        public override Tensor Predict(Tensor x, double t)
        {
            using var scope = NewDisposeScope();
            var solved = Solve(t, x);                                                                   // [B, 2]
            return (t * solved - (1 - t) * solved.mm(Symmetric(first, both, second))).MoveToOuterDisposeScope();     // eps - x_0
        }

        /// <summary>x times the inverse of the covariance of x_t.</summary>
        public Tensor Solve(double t, Tensor x)
        {
            var (alpha, noise) = ((1 - t) * (1 - t), t * t);
            var (a, b, c) = (alpha * first + noise, alpha * both, alpha * second + noise);
            return x.mm(Symmetric(c, -b, a)) / (a * c - b * b);
        }

        private static Tensor Symmetric(double a, double b, double c) => tensor([a, b, b, c], [2, 2]);
    }

    private sealed class Deaf() : Denoiser(new RectifiedFlow(), Prediction.FlowVelocity)
    {
        public override Tensor Predict(Tensor x, double t) => x.detach().clone();
    }
}
