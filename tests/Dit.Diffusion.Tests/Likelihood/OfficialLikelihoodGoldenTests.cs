using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests;

/// <summary>calc_bpd_loop, ddim_reverse_sample_loop and the guided loops of the official implementation, on as many steps as the fixture has.</summary>
[Trait("Category", "Golden")]
public sealed class OfficialLikelihoodGoldenTests : IDisposable
{
    private readonly Golden _golden = Golden.Open("diffusion_trajectories");
    private readonly Denoiser _denoiser;

    public OfficialLikelihoodGoldenTests()
    {
        var objective = new DenoisingObjective(DiscreteSchedule.Linear(), Prediction.Epsilon, new UniformTimesteps());
        _denoiser = objective.Denoiser(new ToyModel(_golden, "toyL"), labels: null, nullClass: null);
    }

    [Fact]
    public void Bound()
    {
        using var scope = NewDisposeScope();
        var noise = new RecordedNoise(_golden["bpd.noise"]);
        var (steps, grid) = As("bpd.noise");
        var terms = new LikelihoodBound(steps) { Grid = grid, Noise = noise }.Of(_denoiser.Clipped(), _golden["bpd.x_start"]);
        _golden.AssertClose("bpd.prior_bpd", terms.Prior);
        _golden.AssertClose("bpd.vb", terms.Steps);
        _golden.AssertClose("bpd.xstart_mse", terms.CleanError);
        _golden.AssertClose("bpd.mse", terms.NoiseError);
        _golden.AssertClose("bpd.total_bpd", terms.Total());
        Assert.Equal(steps, noise.Count);
    }

    /// <summary>
    /// The official loop puts the image at the first step, as ours does, and after the last goes to alpha = 0, which is on no path: there the state is
    /// the noise that the model expects.
    /// </summary>
    [Fact]
    public void Inversion()
    {
        using var scope = NewDisposeScope();
        var (steps, grid) = As("ddim_reverse.samples");
        var sampler = new DdimSampler(steps) { Grid = grid };
        List<Tensor> samples = [.. sampler.InversionSteps(_denoiser, _golden["ddim_reverse.x0"]).Select(step => step.Sample.clone())];
        samples.Add(_denoiser.Noise(samples[^1], 1));
        _golden.AssertClose("ddim_reverse.samples", stack(samples));
    }

    [Fact]
    public void Ancestral_sampling_guided_in_the_mean()
    {
        using var scope = NewDisposeScope();
        var noise = new RecordedNoise(_golden["cond.noise"]);
        var (steps, grid) = As("cond.noise");
        var sampler = new DdpmSampler(steps) { Grid = grid, Noise = noise, Gradient = Gradient };
        _golden.AssertClose("cond.ddpm", sampler.Sample(_denoiser.Clipped(), _golden["x_T"]));
        Assert.Equal(steps, noise.Count);
    }

    [Fact]
    public void Implicit_sampling_guided_in_the_score()
    {
        using var scope = NewDisposeScope();
        var (steps, grid) = As("cond.noise");
        var sampler = new DdimSampler(steps) { Grid = grid };
        _golden.AssertClose("cond.ddim", sampler.Sample(_denoiser.Clipped().GuidedBy(Gradient), _golden["x_T"]));
    }

    public void Dispose() => _golden.Dispose();

    private (int Steps, TimeGrid Grid) As(string key)
    {
        var steps = (int)_golden[key].shape[0];
        return (steps, TimeGrid.Respaced($"{steps}"));
    }

    /// <summary>The fixture's cond_fn.</summary>
    private Tensor Gradient(Tensor x, double t) => 0.3 * (_golden["cond.target"] - x);
}
