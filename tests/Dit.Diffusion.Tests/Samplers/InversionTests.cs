using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

public class InversionTests
{
    public static TheoryData<string> Invertible => EverySampler.Invertible;

    [Theory, MemberData(nameof(Invertible))]
    public void Images_lead_to_the_noise_that_they_came_from_and_back(string method)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var denoiser = new GaussianDenoiser(0.5, 0.3);
        var images = 0.5 + 0.3 * randn([8, 1, 2, 2], ScalarType.Float64, generator: generator);
        (double Noise, double Images) Errors(int steps)
        {
            var sampler = (IInvertibleSampler)EverySampler.Make(method, steps);
            var noise = sampler.Invert(denoiser, images);
            return ((denoiser.Exact(noise) - images).abs().max().item<double>(), (sampler.Sample(denoiser, noise) - images).abs().max().item<double>());
        }

        var (coarse, fine) = (Errors(25), Errors(100));
        var order = method == nameof(AdaptiveSampler) ? 0 : 1;                        // its error is the tolerance's, not the steps'
        Assert.InRange(fine.Noise, 0, Math.Max(coarse.Noise / Math.Pow(3.2, order), 1e-9));
        Assert.InRange(fine.Images, 0, Math.Max(coarse.Images / Math.Pow(3.2, order), 1e-9));
        Assert.InRange(fine.Noise, 0, 0.05);
        Assert.InRange(fine.Images, 0, 0.05);
    }

    [Fact]
    public void Implicit_sampling_inverts_on_a_discrete_schedule()
    {
        using var scope = NewDisposeScope();
        var denoiser = new GaussianDenoiser(0.1, 0.5, DiscreteSchedule.Linear(), Prediction.Epsilon);
        using var generator = new Generator(5);
        var images = 0.1 + 0.5 * randn([8, 1, 2, 2], ScalarType.Float64, generator: generator);
        var sampler = new DdimSampler(250);
        var noise = sampler.Invert(denoiser, images);
        Approximately.Equal((images - 0.1) / 0.5, noise, 0.05);
        Approximately.Equal(images, sampler.Sample(denoiser, noise), 0.05);
        var times = new DdimSampler(5).InversionSteps(new GaussianDenoiser(0, 1), images).Select(step => Math.Round(step.Time, 9));
        Assert.Equal([0.2, 0.4, 0.6, 0.8, 1], times);
    }

    [Fact]
    public void Implicit_sampling_is_Eulers_on_the_straight_path_in_both_directions()
    {
        using var scope = NewDisposeScope();
        var denoiser = new GaussianDenoiser(0.5, 0.3);
        var x = randn([4, 1, 2, 2], ScalarType.Float64);
        Approximately.Equal(new EulerSampler(9).Sample(denoiser, x), new DdimSampler(9).Sample(denoiser, x), 1e-12);
        Approximately.Equal(new EulerSampler(9).Invert(denoiser, x), new DdimSampler(9).Invert(denoiser, x), 1e-12);
    }

    [Fact]
    public void What_cannot_be_inverted_is_refused_with_the_cure()
    {
        using var scope = NewDisposeScope();
        var images = randn(2, 1, 2, 2);
        var noisy = Assert.Throws<InvalidOperationException>(() => new DdimSampler(5, 0.5).Invert(new GaussianDenoiser(0, 1), images));
        Assert.Contains("eta = 0", noisy.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("images", () => new EulerSampler(5).Invert(new GaussianDenoiser(0, 1), full_like(images, float.NaN)));
        var discrete = new GaussianDenoiser(0, 1, DiscreteSchedule.Linear(), Prediction.Epsilon);
        Assert.Throws<ArgumentException>("denoiser", () => new DdimSampler(1).Invert(discrete, images));

        var sample = new GaussianDenoiser(0, 1, prediction: Prediction.Sample);
        var undetermined = Assert.Throws<ArgumentOutOfRangeException>(() => new EulerSampler(5).Invert(sample, images));
        Assert.Contains("strictly between", undetermined.Message, StringComparison.Ordinal);
        var above = new EulerSampler(5) { Grid = TimeGrid.Linear(1, 0.01) };
        Assert.Equal(images.shape, above.Invert(sample, images).shape);
    }

    [Fact]
    public void Cancelled_before_it_begins()
    {
        using var images = randn(1, 1, 2, 2);
        var denoiser = new GaussianDenoiser(0, 1);
        Assert.Throws<OperationCanceledException>(() => new EulerSampler(5).Invert(denoiser, images, new CancellationToken(canceled: true)));
        Assert.Equal(0, denoiser.Evaluations);
    }
}
