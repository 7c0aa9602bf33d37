using Dit.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Objectives;

/// <summary>The Gaussian steps of the official diffusion: forward, posterior, and what a model makes of them.</summary>
/// <remarks>
/// Every key of the fixture that holds a number of ours is asked for; what training makes of them is in <see cref="DiffusionLossesGoldenTests"/>.
/// Excluded: <c>util.continuous_ll</c>, which the official code itself never calls (and which leaves out the density's scale).
/// </remarks>
[Trait("Category", "Golden")]
public sealed class VariationalBoundGoldenTests : IDisposable
{
    private readonly Golden _golden = Golden.Open("diffusion_terms");
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Schedules => ["linear", "squaredcos_cap_v2"];

    public static TheoryData<string> Means
    {
        get
        {
            using var golden = Golden.Open("diffusion_terms");
            return [.. golden.Keys.Where(key => key.EndsWith("clip.mean", StringComparison.Ordinal)).Select(key => key[..^".mean".Length])];
        }
    }

    [Fact]
    public void No_run_is_missing() => Assert.Equal(2 * 5 * 2, Means.Count);

    [Theory, MemberData(nameof(Schedules))]
    public void Forward_posterior_and_conversions(string name)
    {
        var (bound, x0, t) = (new VariationalBound(Diffusions.Schedule(name)), _golden["x_start"], Diffusions.Times(_golden["t"]));
        var xt = _golden[$"{name}.q_sample"];
        var path = bound.Schedule.At(t.view(-1, 1, 1, 1));
        _golden.AssertClose($"{name}.q_sample", path.Alpha * x0 + path.Sigma * _golden["noise"]);
        _golden.AssertClose($"{name}.q_mean_variance.mean", path.Alpha * x0);
        _golden.AssertClose($"{name}.q_mean_variance.variance", path.Sigma.square().expand_as(x0));
        _golden.AssertClose($"{name}.q_mean_variance.log_variance", path.Sigma.square().log().expand_as(x0));

        var (mean, variance, logVariance) = bound.StepBefore(x0, xt, t);
        _golden.AssertClose($"{name}.q_posterior.mean", mean);
        _golden.AssertClose($"{name}.q_posterior.variance", variance.expand_as(x0));
        _golden.AssertClose($"{name}.q_posterior.log_variance_clipped", logVariance.expand_as(x0));
        _golden.AssertClose($"{name}.predict_xstart_from_eps", Prediction.Epsilon.Convert(Prediction.Sample, path, xt, _golden["model_output_c"]));
        _golden.AssertClose($"{name}.predict_eps_from_xstart", Prediction.Sample.Convert(Prediction.Epsilon, path, xt, x0));
        _golden.AssertClose($"{name}.prior_bpd", bound.Prior(x0));
    }

    /// The keys are SCHEDULE.p_mean_variance.VARIANCE.MEAN.CLIP.
    [Theory, MemberData(nameof(Means))]
    public void Step_of_a_model(string run)
    {
        var parts = run.Split('.');
        var (name, learned, prediction, clipped) = (parts[0], parts[2] == "learned_range", Diffusions.Mean(parts[3]), parts[4] == "clip");
        var (bound, t, xt) = (new VariationalBound(Diffusions.Schedule(name)), Diffusions.Times(_golden["t"]), _golden[$"{name}.q_sample"]);
        var clean = prediction.Convert(Prediction.Sample, bound.Schedule.At(t.view(-1, 1, 1, 1)), xt, _golden["model_output_c"]);
        if (clipped) clean = clean.clamp(-1, 1);
        _golden.AssertClose($"{run}.pred_xstart", clean);
        _golden.AssertClose($"{run}.mean", bound.StepBefore(clean, xt, t).Mean);
        if (clipped) return;

        var logVariance = learned
            ? bound.LearnedLogVariance(_golden["model_output_2c"].chunk(2, 1)[1], t)
            : bound.FixedLogVariance(parts[2] == "fixed_large" ? StepVariance.Forward : StepVariance.Posterior, t, xt);
        var variance = parts[2] == "fixed_small" ? bound.StepBefore(clean, xt, t).Variance : logVariance.exp();     // 0 at the first step, its logarithm is not
        _golden.AssertClose($"{run}.log_variance", logVariance.expand_as(xt));
        _golden.AssertClose($"{run}.variance", variance.expand_as(xt));
    }

    [Fact]
    public void Divergence_and_likelihood()
    {
        Tensor In(int i) => _golden[$"util.in{i}"];
        _golden.AssertClose("util.normal_kl", Gaussian.Divergence(In(0), In(1), In(2), In(3)));
        _golden.AssertClose("util.discretized_ll", Gaussian.DiscretizedLogLikelihood(_golden["util.x"], 0.3 * In(0), In(1) - 2), rel: 1e-4);
        _golden.AssertClose("util.approx_cdf", Gaussian.Cdf(2 * In(2)));
    }

    public void Dispose()
    {
        _scope.Dispose();
        _golden.Dispose();
    }
}
