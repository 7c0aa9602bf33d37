using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

/// <summary>DPMSolverMultistepScheduler and DPMSolverSinglestepScheduler of diffusers.</summary>
[Trait("Category", "Golden")]
public sealed class DiffusersDpmSolverGoldenTests
{
    public static TheoryData<string> Runs => DiffusersRun.Names("sched_dpmsolver");

    [Theory, MemberData(nameof(Runs))]
    public void Run(string name)
    {
        using var run = new DiffusersRun("sched_dpmsolver", name);
        using var scope = NewDisposeScope();
        Denoiser denoiser = run.Denoiser;
        if (run.Flag("thresholding")) denoiser = denoiser.Thresholded(run.Number("dynamic_thresholding_ratio")!.Value, most: 1);        // diffusers' sample_max_value
        var sampler = Make(run);
        run.VerifyGrid(sampler.Grid);
        run.Verify([.. sampler.Steps(denoiser, run.Start(1)).Select(step => step.Sample.clone())]);
    }

    private static Sampler Make(DiffusersRun run)
    {
        var order = (int)(run.Number("solver_order") ?? 2);
        var algorithm = run.Text("algorithm_type") ?? "dpmsolver++";
        var form = algorithm.EndsWith("++", StringComparison.Ordinal) ? SolverForm.Data : SolverForm.Noise;
        var rule = run.Text("solver_type") == "heun" ? SecondOrderRule.Exact : SecondOrderRule.Midpoint;
        if (run.Scheduler == "DPMSolverSinglestepScheduler")
            return new DpmSolverSingleStep(run.Steps, order) { Grid = run.GridWithEnd, Form = form, Rule = rule };
        return new DpmSolver(run.Steps, order)
        {
            Grid = run.GridWithEnd, Noise = run.Source, Form = form, Rule = rule, HalvesCurvature = true,
            Stochastic = algorithm.StartsWith("sde", StringComparison.Ordinal),
            LowersFinalOrders = run.Has("lower_order_final") ? run.Flag("lower_order_final") : null,
        };
    }
}
