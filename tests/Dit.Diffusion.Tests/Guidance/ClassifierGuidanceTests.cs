using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Guidance;

/// <summary>
/// Data N(0.5, 0.3^2) of which y = x_0 + 0.4 noise was observed: given y it is normal again, with a mean and variance by Bayes's rule, and ln p(y | x_t) is
/// known at every time. A guided sampler must draw from that.
/// </summary>
public class ClassifierGuidanceTests
{
    private const double Mean = 0.5, Deviation = 0.3, Error = 0.4, Observed = 1.2;
    private const double Precision = 1 / (Deviation * Deviation) + 1 / (Error * Error);
    private const double PosteriorMean = (Mean / (Deviation * Deviation) + Observed / (Error * Error)) / Precision;

    [Theory]
    [InlineData(Prediction.FlowVelocity)]
    [InlineData(Prediction.Sample)]
    [InlineData(Prediction.V)]
    public void The_ODE_leads_to_the_posterior(Prediction prediction)
    {
        using var scope = NewDisposeScope();
        var denoiser = new GaussianDenoiser(Mean, Deviation, prediction: prediction);
        var noise = randn([64, 1, 2, 2], ScalarType.Float64);
        var guided = denoiser.GuidedBy(ClassifierGuidance.GradientOf(Classifier(denoiser.Schedule)));
        Assert.Equal(prediction, guided.Prediction);
        var samples = new RungeKuttaSampler(200, ButcherTableau.Rk4).Sample(guided, noise);
        Approximately.Equal(PosteriorMean + noise / Math.Sqrt(Precision), samples, 2e-4);
    }

    [Fact]
    public void Ancestral_sampling_draws_from_the_posterior_either_way()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(6);
        var denoiser = new GaussianDenoiser(Mean, Deviation, DiscreteSchedule.Linear(), Prediction.Epsilon);
        var noise = randn([20000, 1], ScalarType.Float64, generator: generator);
        var gradient = ClassifierGuidance.GradientOf(Classifier(denoiser.Schedule));
        DdpmSampler Sampler(Func<Tensor, double, Tensor>? gradient) =>
            new(500) { Noise = new GeneratorNoise(generator), Variance = StepVariance.Forward, Gradient = gradient };
        Tensor[] ways = [Sampler(gradient).Sample(denoiser, noise), Sampler(null).Sample(denoiser.GuidedBy(gradient), noise)];
        foreach (var samples in ways)
        {
            // 4.5 standard errors of 20000 draws, and 0.01 for 500 steps
            Assert.InRange((samples.mean().item<double>() - PosteriorMean) * Math.Sqrt(Precision), -0.042, 0.042);
            Assert.InRange(samples.std().item<double>() * Math.Sqrt(Precision), 1 - 0.033, 1 + 0.033);
        }
    }

    [Fact]
    public void A_scale_multiplies_the_gradient_and_none_leaves_the_prediction()
    {
        using var scope = NewDisposeScope();
        var x = randn(3, 1, 2, 2);
        var denoiser = new GaussianDenoiser(Mean, Deviation);
        Func<Tensor, double, Tensor> logProbability = (state, _) => -state.square().flatten(1).sum([1]);
        Approximately.Equal(-6 * x, ClassifierGuidance.GradientOf(logProbability, 3)(x, 0.5), 1e-5);
        Assert.False(x.requires_grad);
        Approximately.Equal(denoiser.Predict(x, 0.5), denoiser.GuidedBy(ClassifierGuidance.GradientOf(logProbability, 0)).Predict(x, 0.5), 0);
        Approximately.Equal(denoiser.Predict(x, 1), denoiser.GuidedBy(ClassifierGuidance.GradientOf(logProbability)).Predict(x, 1), 0);
        Approximately.Equal(denoiser.Noise(x, 0.7) + 0.7 * 2 * x, denoiser.GuidedBy(ClassifierGuidance.GradientOf(logProbability)).Noise(x, 0.7), 1e-5);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Assert.Throws<ArgumentNullException>("denoiser", () => ClassifierGuidance.GuidedBy(null!, (x, _) => x));
        Assert.Throws<ArgumentNullException>("gradient", () => new GaussianDenoiser(0, 1).GuidedBy(null!));
        Assert.Throws<ArgumentNullException>("logProbability", () => ClassifierGuidance.GradientOf(null!));
        Assert.Throws<ArgumentOutOfRangeException>("scale", () => ClassifierGuidance.GradientOf((x, _) => x, double.NaN));
    }

    /// <summary>ln p(y | x_t): x_0 given x_t is normal, and so is y.</summary>
    private static Func<Tensor, double, Tensor> Classifier(INoiseSchedule schedule) => (x, t) =>
    {
        var (alpha, sigma) = (schedule.Alpha(t), schedule.Sigma(t));
        var variance = 1 / (1 / (Deviation * Deviation) + alpha * alpha / (sigma * sigma));
        var mean = variance * (Mean / (Deviation * Deviation) + alpha / (sigma * sigma) * x);
        return (-(Observed - mean).square() / (2 * (variance + Error * Error))).flatten(1).sum([1]);
    };
}
