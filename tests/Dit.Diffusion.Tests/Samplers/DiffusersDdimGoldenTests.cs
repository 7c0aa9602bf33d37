using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

/// <summary>DDIMScheduler and DDPMScheduler of diffusers.</summary>
[Trait("Category", "Golden")]
public sealed class DiffusersDdimGoldenTests
{
    public static TheoryData<string> Runs => DiffusersRun.Names("sched_ddim");

    [Theory, MemberData(nameof(Runs))]
    public void Run(string name)
    {
        using var run = new DiffusersRun("sched_ddim", name);
        using var scope = NewDisposeScope();
        var clips = !run.Has("clip_sample") || run.Flag("clip_sample");
        var derives = run.Scheduler == "DDPMScheduler" || run.ArgumentFlag("use_clipped_model_output");
        Denoiser denoiser = clips && derives ? run.Denoiser.Clipped() : run.Denoiser;
        Sampler Make(int steps, TimeGrid grid) => run.Scheduler == "DDIMScheduler"
            ? new DdimSampler(steps, run.Argument("eta") ?? 0) { Grid = grid, Noise = run.Source, ClipLimit = clips && !derives ? 1 : null }
            : new DdpmSampler(steps) { Grid = grid, Noise = run.Source, Variance = run.Text("variance_type") == "fixed_large" ? StepVariance.Forward : StepVariance.Posterior };

        if (run.Text("timestep_spacing") == "linspace")
        {
            run.Verify(StepsOfAHundred());
            return;
        }
        run.Verify([.. Make(run.Steps, run.GridWithEnd).Steps(denoiser, run.Start(1)).Select(step => step.Sample.clone())]);

        // diffusers takes linspace's steps of 111 as if they were of 100: it ends a step at t - 100 and takes that state for the one at t - 111. No
        // walk is like that, but each of its steps is one.
        IEnumerable<Tensor> StepsOfAHundred()
        {
            var x = run.Start(1);
            foreach (var t in run.Grid.Times(run.Steps, run.Schedule)[..^1])
                yield return x = Make(1, TimeGrid.Of(t, Math.Max(t - 0.1, 0))).Sample(denoiser, x);
        }
    }
}
