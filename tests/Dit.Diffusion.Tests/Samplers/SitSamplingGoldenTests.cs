using System.Globalization;
using System.Text.Json;
using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

/// <summary>SiT's ODE and SDE samplers with its own noise. Its time s = 1 - t, its linspace of N points has N - 1 intervals.</summary>
[Trait("Category", "Golden")]
public sealed class SitSamplingGoldenTests
{
    private static readonly Dictionary<string, ButcherTableau> Fixed = new()
    {
        ["euler"] = ButcherTableau.Euler, ["heun2"] = ButcherTableau.Heun2, ["heun3"] = ButcherTableau.Heun3,
        ["midpoint"] = ButcherTableau.Midpoint, ["rk4"] = ButcherTableau.ThreeEighths,
    };

    private static readonly Dictionary<string, ButcherTableau> Adaptive = new()
    {
        ["dopri5"] = ButcherTableau.Dopri5, ["adaptive_heun"] = ButcherTableau.Heun2, ["bosh3"] = ButcherTableau.Bosh3,
    };

    private static readonly Dictionary<string, Func<double, DiffusionForm>> Forms = new()
    {
        ["constant"] = DiffusionForm.Constant, ["SBDM"] = DiffusionForm.Sbdm, ["sigma"] = DiffusionForm.Sigma, ["linear"] = DiffusionForm.Linear,
        ["decreasing"] = DiffusionForm.Decreasing, ["inccreasing-decreasing"] = DiffusionForm.IncreasingDecreasing,
    };

    public static TheoryData<string> OdeRuns => Runs("ode");

    public static TheoryData<string> SdeRuns => Runs("sde");

    [Theory, MemberData(nameof(OdeRuns))]
    public void Ode(string name)
    {
        using var golden = Golden.Open("sit_sampling");
        using var scope = NewDisposeScope();
        var run = golden.Config.GetProperty("runs").GetProperty(name);
        var method = run.GetProperty("method").GetString()!;
        var reverse = run.GetProperty("reverse").GetBoolean();
        var (s0, s1) = (run.GetProperty("t0").GetDouble(), run.GetProperty("t1").GetDouble());
        var grid = reverse ? TimeGrid.Linear(1 - s1, 1 - s0) : TimeGrid.Linear(1 - s0, 1 - s1);
        var steps = run.GetProperty("num_steps").GetInt32() - 1;
        var denoiser = Denoiser(golden, run);

        IInvertibleSampler sampler = Fixed.TryGetValue(method, out var tableau)
            ? new RungeKuttaSampler(steps, tableau) { Grid = grid, VelocityAtData = true }
            : new AdaptiveSampler(steps, Adaptive[method])
            {
                Grid = grid, RelativeTolerance = run.GetProperty("rtol").GetDouble(), AbsoluteTolerance = run.GetProperty("atol").GetDouble(),
            };
        var start = golden["z"];
        var walk = reverse ? sampler.InversionSteps(denoiser, start) : sampler.Steps(denoiser, start);
        Tensor[] samples = [start, .. walk.Select(step => step.Sample.clone())];
        if (Fixed.ContainsKey(method))
        {
            golden.AssertClose($"{name}.samples", stack(samples));
            Assert.Equal(run.GetProperty("nfe").GetInt32(), denoiser.Evaluations);
            return;
        }

        // torchdiffeq steps over the end and interpolates back, which velocities between data and noise do not allow. So, as the fixture says, both agree
        // to 10 times the tolerance; and the exact end is met to the tolerance itself. Runs that differ in the method alone have the same end.
        var tolerance = run.GetProperty("rtol").GetDouble();
        golden.AssertClose($"{name}.samples", stack(samples), 10 * tolerance, 10 * tolerance);
        string[] settings = ["path", "prediction", "t0", "t1"];
        var exact = golden.Config.GetProperty("runs").EnumerateObject().FirstOrDefault(other => golden.Has($"{other.Name}.ref_f64")
            && settings.All(setting => other.Value.GetProperty(setting).ToString() == run.GetProperty(setting).ToString()));
        Assert.NotNull(exact.Name);
        golden.AssertClose($"{exact.Name}.ref_f64", samples[^1], tolerance, tolerance);
    }

    [Theory, MemberData(nameof(SdeRuns))]
    public void Sde(string name)
    {
        using var golden = Golden.Open("sit_sampling");
        using var scope = NewDisposeScope();
        var run = golden.Config.GetProperty("runs").GetProperty(name);
        var noise = new RecordedNoise(golden[$"{name}.noise"]);
        var sampler = Sampler(run, noise);
        List<Tensor> samples = [.. sampler.Steps(Denoiser(golden, run), golden["z"]).Select(step => step.Sample.clone())];
        if (run.GetProperty("last_step").ValueKind == JsonValueKind.Null) samples.Add(samples[^1]);       // the fixture repeats it
        golden.AssertClose($"{name}.samples", stack(samples));
        Assert.Equal(golden[$"{name}.noise"].shape[0], noise.Count);
    }

    /// <summary>
    /// The fixture's skipped runs: the score-based diffusion is infinite at pure noise of these paths. The official code goes on with NaN; here it is refused.
    /// </summary>
    [Fact]
    public void What_the_official_code_cannot_do_is_refused()
    {
        using var golden = Golden.Open("sit_sampling");
        var skipped = golden.Config.GetProperty("skipped").EnumerateArray().ToArray();
        Assert.NotEmpty(skipped);
        foreach (var run in skipped)
        {
            var (sampler, denoiser) = (Sampler(run, new GeneratorNoise()), Denoiser(golden, run));
            var error = Assert.Throws<ArgumentException>("denoiser", () => sampler.Steps(denoiser, golden["z"]));
            Assert.Contains("SBDM", error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>The likelihood of SiT's sample_ode_likelihood, whose probe is held fixed.</summary>
    [Fact]
    public void Likelihood()
    {
        using var golden = Golden.Open("sit_sampling");
        using var scope = NewDisposeScope();
        var probe = 2 * golden["likelihood.eps01"].to(ScalarType.Float32) - 1;
        var denoiser = new SitDenoiser(golden, "Linear", "velocity");
        var settings = golden.Json.GetProperty("keys").GetProperty("likelihood.logp").GetString()!;       // "... euler, num_steps=11, Linear velocity"
        var steps = int.Parse(settings.Split("num_steps=")[1].Split(',')[0], CultureInfo.InvariantCulture) - 1;
        var likelihood = new OdeLikelihood(steps, ButcherTableau.Euler).Of(denoiser, golden["likelihood.x"], probe);
        golden.AssertClose("likelihood.logp", likelihood.LogDensity);
        golden.AssertClose("likelihood.z", likelihood.Noise);
    }

    public static TheoryData<string> Diffusions
    {
        get
        {
            using var golden = Golden.Open("sit_paths");
            return [.. golden.Keys.Where(key => key.Contains(".diffusion.", StringComparison.Ordinal))];
        }
    }

    [Theory, MemberData(nameof(Diffusions))]
    public void Diffusion(string key)
    {
        using var golden = Golden.Open("sit_paths");
        var (path, form, norm) = (key.Split('.')[0], key.Split('.')[2], key[(key.IndexOf("norm", StringComparison.Ordinal) + 4)..]);
        var diffusion = Forms[form](double.Parse(norm, CultureInfo.InvariantCulture));
        var times = golden["t"].cpu().data<float>().ToArray();
        using var got = tensor(times.Select(s => diffusion.At(SitDenoiser.Path(path), 1 - (double)s)).ToArray());
        golden.AssertClose(key, got);
    }

    private static SdeSampler Sampler(JsonElement run, INoiseSource noise)
    {
        var (s0, s1, count) = (run.GetProperty("t0").GetDouble(), run.GetProperty("t1").GetDouble(), run.GetProperty("num_steps").GetInt32());
        var last = Enum.Parse<LastStep>(run.GetProperty("last_step").GetString() ?? nameof(LastStep.None));
        if (last != LastStep.None) Assert.Equal(run.GetProperty("last_step_size").GetDouble(), 1 - s1, 9);
        var (steps, grid) = last == LastStep.None ? (count - 1, TimeGrid.Linear(1 - s0, 1 - s1)) : (count, TimeGrid.Linear(1 - s0, 1 - s1, toData: true));
        var form = Forms[run.GetProperty("diffusion_form").GetString()!](run.GetProperty("diffusion_norm").GetDouble());
        return run.GetProperty("method").GetString() == "Euler"
            ? new EulerMaruyamaSampler(steps) { Grid = grid, Noise = noise, Diffusion = form, LastStep = last }
            : new HeunSdeSampler(steps) { Grid = grid, Noise = noise, Diffusion = form, LastStep = last };
    }

    private static SitDenoiser Denoiser(Golden golden, JsonElement run) =>
        new(golden, run.GetProperty("path").GetString()!, run.GetProperty("prediction").GetString()!);

    private static TheoryData<string> Runs(string kind)
    {
        using var golden = Golden.Open("sit_sampling");
        return [.. golden.Config.GetProperty("runs").EnumerateObject().Where(run => run.Value.GetProperty("kind").GetString() == kind).Select(run => run.Name)];
    }
}
