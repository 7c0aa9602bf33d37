using System.Text.Json;
using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

/// <summary>Ancestral and implicit sampling against the official implementation, with its own noise.</summary>
[Trait("Category", "Golden")]
public sealed class DiffusionTrajectoriesGoldenTests
{
    public static TheoryData<string> Runs
    {
        get
        {
            using var golden = Golden.Open("diffusion_trajectories");
            return [.. golden.Config.GetProperty("runs").EnumerateObject().Select(run => run.Name)];
        }
    }

    [Theory, MemberData(nameof(Runs))]
    public void Run(string name)
    {
        using var golden = Golden.Open("diffusion_trajectories");
        using var scope = NewDisposeScope();
        var run = golden.Config.GetProperty("runs").GetProperty(name);
        var model = new ToyModel(golden, run.GetProperty("model").GetString()!);
        var schedule = run.GetProperty("noise_schedule").GetString() == "linear" ? DiscreteSchedule.Linear() : DiscreteSchedule.Cosine();
        var prediction = Flag(run, "predict_xstart") ? Prediction.Sample : Prediction.Epsilon;
        Denoiser denoiser = new DenoisingObjective(schedule, prediction, new UniformTimesteps()).Denoiser(model, labels: null, nullClass: null);
        if (Flag(run, "clip_denoised")) denoiser = denoiser.Clipped();

        var noise = golden.Has($"{name}.noise") ? new RecordedNoise(golden[$"{name}.noise"]) : null;
        var sampler = Sampler(run, noise);
        var (samples, clean) = (new List<Tensor>(), new List<Tensor>());
        foreach (var step in sampler.Steps(denoiser, golden["x_T"]))
        {
            samples.Add(step.Sample.clone());
            clean.Add(step.PredictedClean.clone());
        }
        golden.AssertClose($"{name}.samples", stack(samples));
        if (golden.Has($"{name}.pred_xstart")) golden.AssertClose($"{name}.pred_xstart", stack(clean));
        else golden.AssertClose($"{name}.pred_xstart_last", clean[^1]);
        if (run.TryGetProperty("model_timesteps", out var times))
            Assert.Equal(times.EnumerateArray().Select(t => t.GetDouble()), model.Times.Select(t => Math.Round(t, 3)));
        if (noise is not null) Assert.Equal(golden[$"{name}.noise"].shape[0], noise.Count);
    }

    private static Sampler Sampler(JsonElement run, RecordedNoise? noise)
    {
        var steps = run.GetProperty("steps").GetInt32();
        var source = (INoiseSource?)noise ?? new GeneratorNoise();
        var grid = TimeGrid.Respaced(run.GetProperty("respacing").GetString()!);
        return run.GetProperty("kind").GetString() switch
        {
            "ddpm" => new DdpmSampler(steps)
            {
                Noise = source, Grid = grid, Variance = !Flag(run, "learn_sigma") && !Flag(run, "sigma_small") ? StepVariance.Forward : StepVariance.Posterior,
            },
            "ddim" => new DdimSampler(steps, run.GetProperty("eta").GetDouble()) { Noise = source, Grid = grid },
            var kind => throw new NotSupportedException(kind),
        };
    }

    private static bool Flag(JsonElement run, string name) => run.TryGetProperty(name, out var value) && value.GetBoolean();
}
