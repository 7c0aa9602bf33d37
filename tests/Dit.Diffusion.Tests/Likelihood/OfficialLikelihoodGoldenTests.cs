using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests;

/// <summary>calc_bpd_loop, ddim_reverse_sample_loop and the guided loops of the official implementation, all with respacing "10".</summary>
[Trait("Category", "Golden")]
public sealed class OfficialLikelihoodGoldenTests : IDisposable
{
    private const int Steps = 10;

    private readonly Golden _golden = Golden.Open("diffusion_trajectories");
    private readonly Denoiser _denoiser;

    public OfficialLikelihoodGoldenTests() =>
        _denoiser = new DenoisingObjective(DiscreteSchedule.Linear(), Prediction.Epsilon, new UniformTimesteps()).Denoiser(new ToyModel(_golden, "toyL"), labels: null, nullClass: null);

    [Fact]
    public void Bound()
    {
        using var scope = NewDisposeScope();
        var noise = new RecordedNoise(_golden["bpd.noise"]);
        var terms = new LikelihoodBound(Steps) { Grid = TimeGrid.Respaced("10"), Noise = noise }.Of(_denoiser.Clipped(), _golden["bpd.x_start"]);
        _golden.AssertClose("bpd.prior_bpd", terms.Prior);
        _golden.AssertClose("bpd.vb", terms.Steps);
        _golden.AssertClose("bpd.xstart_mse", terms.CleanError);
        _golden.AssertClose("bpd.mse", terms.NoiseError);
        _golden.AssertClose("bpd.total_bpd", terms.Total());
        Assert.Equal(Steps, noise.Count);
    }

    /// <summary>
    /// The official loop puts the image at the first step, as ours does, and after the last goes to alpha = 0, which is on no path: there the state is
    /// the noise that the model expects.
    /// </summary>
    [Fact]
    public void Inversion()
    {
        using var scope = NewDisposeScope();
        var sampler = new DdimSampler(Steps) { Grid = TimeGrid.Respaced("10") };
        List<Tensor> samples = [.. sampler.InversionSteps(_denoiser, _golden["ddim_reverse.x0"]).Select(step => step.Sample.clone())];
        samples.Add(_denoiser.Noise(samples[^1], 1));
        _golden.AssertClose("ddim_reverse.samples", stack(samples));
    }

    [Fact]
    public void Ancestral_sampling_guided_in_the_mean()
    {
        using var scope = NewDisposeScope();
        var noise = new RecordedNoise(_golden["cond.noise"]);
        var sampler = new DdpmSampler(Steps) { Grid = TimeGrid.Respaced("10"), Noise = noise, Gradient = Gradient };
        _golden.AssertClose("cond.ddpm", sampler.Sample(_denoiser.Clipped(), _golden["x_T"]));
        Assert.Equal(Steps, noise.Count);
    }

    [Fact]
    public void Implicit_sampling_guided_in_the_score()
    {
        using var scope = NewDisposeScope();
        var sampler = new DdimSampler(Steps) { Grid = TimeGrid.Respaced("10") };
        _golden.AssertClose("cond.ddim", sampler.Sample(_denoiser.Clipped().GuidedBy(Gradient), _golden["x_T"]));
    }

    public void Dispose() => _golden.Dispose();

    private Tensor Gradient(Tensor x, double t) => 0.3 * (_golden["cond.target"] - x);
}
