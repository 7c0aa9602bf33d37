using static TorchSharp.torch;

namespace Dit.Diffusion.Tests;

/// <summary>What the tests of many samplers share.</summary>
internal static class Family
{
    public const double Mean = 0.5, Std = 0.3;

    private static readonly Dictionary<string, Func<int, Sampler>> Makers = new()
    {
        ["euler"] = n => new EulerSampler(n),
        ["heun"] = n => new HeunSampler(n),
        ["ddim"] = n => new DdimSampler(n),
        ["ddim eta 1"] = n => new DdimSampler(n, eta: 1),
        ["ddpm"] = n => new DdpmSampler(n),
        ["dpm++ 1"] = n => new DpmSolver(n, order: 1),
        ["dpm++ 2"] = n => new DpmSolver(n),
        ["dpm++ 3"] = n => new DpmSolver(n, order: 3),
        ["dpm++ 2 exact"] = n => new DpmSolver(n) { Rule = SecondOrderRule.Exact },
        ["dpm++ 2 sde"] = n => new DpmSolver(n) { Stochastic = true },
        ["dpm++ single 2"] = n => new DpmSolverSingleStep(n),
        ["dpm++ single 3"] = n => new DpmSolverSingleStep(n, order: 3),
        ["dpm++ single 3 exact"] = n => new DpmSolverSingleStep(n, order: 3) { Rule = SecondOrderRule.Exact },
        ["unipc 1"] = n => new UniPcSampler(n, order: 1),
        ["unipc 2"] = n => new UniPcSampler(n),
        ["unipc 3"] = n => new UniPcSampler(n, order: 3),
        ["unipc 2 bh1"] = n => new UniPcSampler(n) { Variant = UniPcVariant.Bh1 },
        ["edm"] = n => new EdmSampler(n),
        ["edm churn"] = n => new EdmSampler(n, churn: 4),
        ["edm euler"] = n => new EdmSampler(n) { Corrects = false },
        ["consistency"] = n => new ConsistencySampler(n),
    };

    public static TheoryData<string> Names => [.. Makers.Keys];

    public static Sampler Make(string name, int steps) => Makers[name](steps);

    /// <summary>How fast the error falls with the number of steps, on a part of the straight path where everything is smooth.</summary>
    /// <param name="make">A method on a grid.</param>
    /// <param name="steps">The smaller number of steps; the larger is twice as many.</param>
    /// <param name="graded">Whether the first step is short, as a method that starts with order 1 needs to show a high one.</param>
    /// <returns>The binary logarithm of the ratio of two errors.</returns>
    public static double Order(Func<int, TimeGrid, Sampler> make, int steps = 96, bool graded = false)
    {
        var (coarse, fine) = (Error(make, steps, graded), Error(make, 2 * steps, graded));
        return Math.Log2(coarse / fine);
    }

    internal static double Error(Func<int, TimeGrid, Sampler> make, int steps, bool graded)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        const double Start = 0.8, End = 0.3;                                           // here no method's error changes its sign
        var first = Start - (graded ? Math.Pow((Start - End) / steps, 1.5) : (Start - End) / steps);
        var grid = TimeGrid.Of([Start, .. Enumerable.Range(0, steps).Select(i => first + i * (End - first) / (steps - 1))]);
        var denoiser = new GaussianDenoiser(Mean, Std);
        var noise = randn([64, 1, 2, 2], ScalarType.Float64, generator: generator);
        return (make(steps, grid).Sample(denoiser, denoiser.At(noise, Start)) - denoiser.At(noise, End)).abs().mean().item<double>();
    }

    /// <summary>Where the flow passes at a time: alpha mean + sqrt(alpha^2 std^2 + sigma^2) z.</summary>
    public static Tensor At(this GaussianDenoiser denoiser, Tensor noise, double t)
    {
        var (alpha, sigma) = (denoiser.Schedule.Alpha(t), denoiser.Schedule.Sigma(t));
        return alpha * Mean + Math.Sqrt(alpha * alpha * Std * Std + sigma * sigma) * noise;
    }

    /// <summary>Mean and standard deviation of 65 thousand samples of N(0.5, 0.3^2), by a fixed seed.</summary>
    public static (double Mean, double Std) Moments(Func<INoiseSource, Sampler> make, INoiseSchedule path, Prediction prediction = Prediction.FlowVelocity)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(11);
        var noise = randn([1, 1, 256, 256], ScalarType.Float64, generator: generator);
        var samples = make(new GeneratorNoise(generator)).Sample(new GaussianDenoiser(Mean, Std, path, prediction), noise);
        return (samples.mean().item<double>(), samples.std().item<double>());
    }

    public static void Equal((double Mean, double Std) moments, double tolerance = 0.004)
    {
        Assert.Equal(Mean, moments.Mean, tolerance);
        Assert.Equal(Std, moments.Std, tolerance);
    }
}
