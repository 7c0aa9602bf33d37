using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

/// <summary>UniPCMultistepScheduler of diffusers. bh1 down to the data, which is NaN there, is tested in UniPcTests.</summary>
[Trait("Category", "Golden")]
public sealed class DiffusersUniPcGoldenTests
{
    public static TheoryData<string> Runs => DiffusersRun.Names("sched_unipc");

    [Theory, MemberData(nameof(Runs))]
    public void Run(string name)
    {
        using var run = new DiffusersRun("sched_unipc", name);
        using var scope = NewDisposeScope();
        var sampler = new UniPcSampler(run.Steps, (int)(run.Number("solver_order") ?? 2))
        {
            Grid = run.GridWithEnd,
            Variant = run.Text("solver_type") == "bh1" ? UniPcVariant.Bh1 : UniPcVariant.Bh2,
            Form = run.Has("predict_x0") && !run.Flag("predict_x0") ? SolverForm.Noise : SolverForm.Data,
            Uncorrected = run.Numbers("disable_corrector"),
        };
        run.VerifyGrid(sampler.Grid);
        run.Verify([.. sampler.Steps(run.Denoiser, run.Start(1)).Select(step => step.Sample.clone())]);
    }
}
