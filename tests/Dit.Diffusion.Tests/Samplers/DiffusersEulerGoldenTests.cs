using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

/// <summary>
/// EulerDiscrete-, EulerAncestralDiscrete-, HeunDiscrete- and FlowMatchEulerDiscreteScheduler of diffusers. The first two are DDIM with eta 0 and 1,
/// the third is EDM's sampler without churn; their states are ours divided by alpha.
/// </summary>
[Trait("Category", "Golden")]
public sealed class DiffusersEulerGoldenTests
{
    public static TheoryData<string> Runs => DiffusersRun.Names("sched_euler");

    [Theory, MemberData(nameof(Runs))]
    public void Run(string name)
    {
        using var run = new DiffusersRun("sched_euler", name);
        using var scope = NewDisposeScope();
        if (run.Argument("s_churn") is { } churn) Churned(run, churn);
        else if (run.Text("interpolation_type") == "log_linear") LogLinear(run);
        else if (run.Scheduler == "HeunDiscreteScheduler") Heun(run);
        else Plain(run);
    }

    private static void Plain(DiffusersRun run)
    {
        Sampler sampler = run.Scheduler switch
        {
            "FlowMatchEulerDiscreteScheduler" => new EulerSampler(run.Steps)
            {
                Grid = run.Flag("use_dynamic_shifting") ? TimeGrid.Uniform.Shifted(Math.Exp(0.7)) : TimeGrid.FlowMatchEuler(run.Number("shift")!.Value),
            },
            "EulerAncestralDiscreteScheduler" => new DdimSampler(run.Steps, eta: 1) { Grid = run.Grid, Noise = run.Source },
            _ => new DdimSampler(run.Steps) { Grid = run.Grid },
        };
        run.VerifyGrid(sampler.Grid);
        run.Verify(States(run, sampler, run.Denoiser));
    }

    /// <summary>The scheduler shows the predictor's state, too; the network's outputs at all of them are compared, and the states at the steps' ends.</summary>
    private static void Heun(DiffusersRun run)
    {
        var sampler = new EdmSampler(run.Steps) { Grid = run.Grid, ScalesNoise = false };
        run.VerifyGrid(sampler.Grid);
        var states = States(run, sampler, run.Denoiser);
        var expected = run.Golden[$"{run.Name}.samples"];
        var all = expected.clone();
        foreach (var (state, i) in states.Select((state, i) => (state, i))) all[Math.Min(2 * i + 1, 2 * run.Steps - 2)] = state.to(all.dtype);
        run.Verify(all.unbind(0));
    }

    /// <summary>
    /// diffusers asks the network before it adds the noise, against the algorithm, and beyond the end of its table: so the network's recorded answers
    /// are given, on a path that does not end.
    /// </summary>
    private static void Churned(DiffusersRun run, double churn)
    {
        var path = new CosinePath();
        double[] times = [.. run.Recorded("sigmas").Select(sigma => path.TimeFromLogSnr(-2 * Math.Log(sigma)))];
        var sampler = new EdmSampler(run.Steps, churn)
        {
            Corrects = false, NoiseScale = run.Argument("s_noise")!.Value, ChurnRange = (run.Argument("s_tmin")!.Value, run.Argument("s_tmax")!.Value),
            Grid = TimeGrid.Of(times), Noise = run.Source,                                      // scales the noise to sigma
        };
        var states = sampler.Steps(new Recording(run, path), run.Golden["z"].to(ScalarType.Float64)).Select(step => (step.Sample / path.Alpha(step.Time)).clone());
        run.Golden.AssertClose($"{run.Name}.samples", stack(states));
        Assert.Equal(run.Steps, run.Noise!.Count);
    }

    /// <summary>
    /// diffusers takes one sigma more than steps, leaves the data out, and tells the network times of another grid: so the network's recorded answers
    /// are given.
    /// </summary>
    private static void LogLinear(DiffusersRun run)
    {
        double[] times = TimeGrid.Exponential().Times(run.Steps + 1, run.Schedule);
        foreach (var (sigma, t) in run.Recorded("sigmas").Zip(times, (sigma, t) => (sigma, t)))
            Assert.Equal(sigma, run.Schedule.Sigma(t) / run.Schedule.Alpha(t), 1e-4 * sigma);
        var sampler = new DdimSampler(run.Steps) { Grid = TimeGrid.Of(times[..^1]) };
        run.Golden.AssertClose($"{run.Name}.samples", stack(States(run, sampler, new Recording(run, run.Schedule))));
    }

    private static Tensor[] States(DiffusersRun run, Sampler sampler, Denoiser denoiser)
    {
        var first = sampler.Grid.Times(run.Steps, run.Schedule)[0];
        double Scale(double t) => run.Schedule is RectifiedFlow ? 1 : run.Schedule.Alpha(t);
        return [.. sampler.Steps(denoiser, run.Start(first)).Select(step => step.Sample / Scale(step.Time))];
    }

    /// <summary>Says what diffusers' network said, whatever it is asked.</summary>
    private sealed class Recording(DiffusersRun run, INoiseSchedule path) : Denoiser(path, run.Prediction)
    {
        private int _calls;

        public override Tensor Predict(Tensor x, double t) => run.Golden[$"{run.Name}.model_outputs"][_calls++].to(x.dtype);
    }
}
