using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

public class UniPcTests
{
    [Theory]
    [InlineData(1, UniPcVariant.Bh1, SolverForm.Data)]
    [InlineData(1, UniPcVariant.Bh2, SolverForm.Noise)]
    [InlineData(2, UniPcVariant.Bh1, SolverForm.Noise)]
    [InlineData(2, UniPcVariant.Bh2, SolverForm.Data)]
    [InlineData(3, UniPcVariant.Bh1, SolverForm.Noise)]
    [InlineData(3, UniPcVariant.Bh2, SolverForm.Data)]
    public void The_corrector_is_one_order_better(int order, UniPcVariant variant, SolverForm form)
    {
        double Found(bool corrected) => Family.Order(
            (n, grid) => new UniPcSampler(n, order)
            {
                Grid = grid, Variant = variant, Form = form, LowersFinalOrders = false, Uncorrected = corrected ? [] : [.. Enumerable.Range(0, n)],
            }, graded: true);
        Assert.Equal(order, Found(corrected: false), 0.15);
        Assert.Equal(order + 1, Found(corrected: true), 0.15);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_predictor_is_DPM_Solver(int order)
    {
        using var scope = NewDisposeScope();
        var noise = randn([2, 1, 4, 4], ScalarType.Float64);
        foreach (INoiseSchedule path in (INoiseSchedule[])[new RectifiedFlow(), DiscreteSchedule.Linear(), new EdmPath()])
        {
            var denoiser = new GaussianDenoiser(0.5, 0.3, path, Prediction.V);
            var predicted = new UniPcSampler(12, order) { Uncorrected = [.. Enumerable.Range(0, 12)] }.Sample(denoiser, noise);
            Approximately.Equal(new DpmSolver(12, order).Sample(denoiser, noise), predicted, 1e-11);
        }
    }

    [Fact]
    public void The_corrector_helps_at_the_same_cost()
    {
        using var scope = NewDisposeScope();
        var denoiser = new GaussianDenoiser(0.5, 0.3);
        var noise = randn([64, 1, 2, 2], ScalarType.Float64);
        double Error(Sampler sampler) => (sampler.Sample(denoiser, noise) - denoiser.Exact(noise)).abs().mean().item<double>();
        Assert.InRange(Error(new UniPcSampler(10)), 0, Error(new DpmSolver(10)));
        Assert.Equal(20, denoiser.Evaluations);
    }

    /// <summary>NaN in diffusers, and so not in its fixture.</summary>
    [Fact]
    public void Bh1_reaches_the_data()
    {
        using var run = new DiffusersRun("sched_unipc", "bh2.2.eps");
        using var scope = NewDisposeScope();
        Assert.Equal("bh1.2.eps", Assert.Single(run.Golden.Config.GetProperty("skipped_nonfinite_in_diffusers").EnumerateArray()).GetProperty("name").GetString());
        var sample = new UniPcSampler(10) { Grid = run.Grid, Variant = UniPcVariant.Bh1 }.Sample(run.Denoiser, run.Start(1));
        Assert.True(sample.isfinite().all().item<bool>());
        Approximately.Equal(run.Golden["bh2.2.eps.samples"][^1].to(ScalarType.Float64), sample, 0.15);
    }
}
