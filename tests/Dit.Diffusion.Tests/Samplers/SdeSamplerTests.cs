using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

public class SdeSamplerTests
{
    private static readonly Dictionary<string, DiffusionForm> Forms = new()
    {
        ["none"] = DiffusionForm.Constant(0), ["constant"] = DiffusionForm.Constant(0.7), ["SBDM"] = DiffusionForm.Sbdm(), ["sigma"] = DiffusionForm.Sigma(1.5),
        ["linear"] = DiffusionForm.Linear(), ["decreasing"] = DiffusionForm.Decreasing(), ["increasing-decreasing"] = DiffusionForm.IncreasingDecreasing(2),
    };

    public static TheoryData<string, string, string> Diffusions
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var method in EverySampler.Of(typeof(SdeSampler)))
                foreach (var form in Forms.Keys)
                    foreach (var path in (string[])["Linear", "GVP"]) data.Add(method, form, path);
            return data;
        }
    }

    /// <summary>
    /// Whatever noise is added, x_t is N(alpha mu, alpha^2 s^2 + sigma^2) at every time. 20000 numbers give the mean to 0.007 of the deviation and the
    /// deviation to 0.005 of itself: the bound is 4.5 times that, and 0.005 for the steps' own error, about h / 2, and for the start at t = 0.99 with N(0, 1).
    /// </summary>
    [Theory, MemberData(nameof(Diffusions))]
    public void The_marginals_are_those_of_the_path(string method, string form, string path)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(17);
        var denoiser = new GaussianDenoiser(0.5, 0.3, SitDenoiser.Path(path));
        var noise = randn([20000, 1], ScalarType.Float64, generator: generator);
        var sampler = (SdeSampler)EverySampler.Make(method, 300, new GeneratorNoise(generator));
        Set(sampler, nameof(SdeSampler.Diffusion), Forms[form]);
        Set(sampler, nameof(Sampler.Grid), TimeGrid.Linear(0.99, 0.04));
        foreach (var step in sampler.Steps(denoiser, noise).Where(step => step.Index is 149 or 299))
        {
            var (alpha, sigma) = (denoiser.Schedule.Alpha(step.Time), denoiser.Schedule.Sigma(step.Time));
            var (mean, deviation) = (alpha * 0.5, Math.Sqrt(alpha * alpha * 0.09 + sigma * sigma));
            Assert.InRange((step.Sample.mean().item<double>() - mean) / deviation, -0.037, 0.037);
            Assert.InRange(step.Sample.std().item<double>() / deviation - 1, -0.0275, 0.0275);
        }
    }

    [Theory]
    [InlineData("EulerMaruyamaSampler", "EulerSampler")]
    [InlineData("HeunSdeSampler", "HeunSampler")]
    public void Without_diffusion_it_is_the_ODE(string stochastic, string ode)
    {
        using var scope = NewDisposeScope();
        var noise = randn(4, 1, 2, 2);
        var denoiser = new GaussianDenoiser(0.5, 0.3);
        var sampler = EverySampler.Make(stochastic, 10);
        Set(sampler, nameof(SdeSampler.Diffusion), DiffusionForm.Constant(0));
        Set(sampler, nameof(Sampler.Grid), TimeGrid.Uniform);
        Approximately.Equal(EverySampler.Make(ode, 10).Sample(denoiser, noise), sampler.Sample(denoiser, noise), 1e-5);
    }

    [Fact]
    public void Last_steps_are_what_they_say()
    {
        using var scope = NewDisposeScope();
        var noise = randn(4, 1, 2, 2);
        var denoiser = new GaussianDenoiser(0.5, 0.3);
        Tensor End(LastStep last, ulong seed = 1)
        {
            using var generator = new Generator(seed);
            return new EulerMaruyamaSampler(5) { LastStep = last, Noise = new GeneratorNoise(generator) }.Sample(denoiser, noise);
        }

        using var same = new Generator(1);
        var steps = new EulerMaruyamaSampler(5) { Noise = new GeneratorNoise(same) }.Steps(denoiser, noise);
        var before = steps.Select(step => step.Sample.clone()).ElementAt(3);
        var (velocity, score) = (denoiser.Velocity(before, 0.04), -denoiser.Noise(before, 0.04) / 0.04);
        Approximately.Equal(before - 0.04 * (velocity - 0.04 * score), End(LastStep.Mean));
        Approximately.Equal(before - 0.04 * velocity, End(LastStep.Euler));
        Approximately.Equal(denoiser.Clean(before, 0.04), End(LastStep.Tweedie));
        Assert.InRange((End(LastStep.None) - End(LastStep.Mean)).std().item<float>(), 0.02, 0.15);        // sqrt(2 w h) = 0.057
    }

    [Fact]
    public void The_grid_is_SiTs()
    {
        using var noise = randn(1, 1, 2, 2);
        var times = new EulerMaruyamaSampler(5).Steps(new GaussianDenoiser(0, 1), noise).Select(step => Math.Round(step.Time, 9)).ToArray();
        Assert.Equal([0.76, 0.52, 0.28, 0.04, 0], times);
        Assert.Equal([0.0], new EulerMaruyamaSampler(1).Steps(new GaussianDenoiser(0, 1), noise).Select(step => step.Time));
    }

    [Fact]
    public void Bad_settings_are_refused_with_the_cure()
    {
        using var noise = randn(1, 1, 2, 2);
        Assert.Throws<ArgumentOutOfRangeException>("norm", () => DiffusionForm.Sigma(-1));
        Assert.Throws<ArgumentOutOfRangeException>("norm", () => DiffusionForm.Constant(double.NaN));
        Assert.Throws<ArgumentNullException>(() => new EulerMaruyamaSampler(5) { Diffusion = null! });
        Assert.Throws<ArgumentOutOfRangeException>(() => new EulerMaruyamaSampler(5) { LastStep = (LastStep)7 });
        Assert.Throws<ArgumentOutOfRangeException>("start", () => TimeGrid.Linear(1.5));
        Assert.Throws<ArgumentOutOfRangeException>("end", () => TimeGrid.Linear(0.5, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>("end", () => TimeGrid.Linear(1, 0, toData: true));
        var infinite = new HeunSdeSampler(5) { Diffusion = DiffusionForm.Sbdm() };
        var error = Assert.Throws<ArgumentException>("denoiser", () => infinite.Steps(new GaussianDenoiser(0, 1), noise));
        Assert.Contains("TimeGrid.Linear(0.999", error.Message, StringComparison.Ordinal);
        var negative = new HeunSdeSampler(5) { Diffusion = new DiffusionForm("mine", (_, t) => t - 0.5) };
        Assert.Throws<ArgumentException>("denoiser", () => negative.Steps(new GaussianDenoiser(0, 1), noise));
    }

    private static void Set(object sampler, string property, object value) => sampler.GetType().GetProperty(property)!.SetValue(sampler, value);
}
