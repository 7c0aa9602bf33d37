using Dit.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Objectives;

/// <summary>The official diffusion's training losses of every kind, and their gradients: SCHEDULE.losses.VARIANCE.MEAN.LOSS.</summary>
[Trait("Category", "Golden")]
public sealed class DiffusionLossesGoldenTests : IDisposable
{
    private readonly Golden _golden = Golden.Open("diffusion_terms");
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Losses
    {
        get
        {
            using var golden = Golden.Open("diffusion_terms");
            return [.. golden.Keys.Where(key => key.Contains(".losses.", StringComparison.Ordinal) && key.EndsWith(".loss", StringComparison.Ordinal))
                .Select(key => key[..^".loss".Length])];
        }
    }

    [Fact]
    public void No_run_is_missing() => Assert.Equal(2 * (2 * 4 + 3 * 3), Losses.Count);

    [Theory, MemberData(nameof(Losses))]
    public void Loss_and_its_gradient(string run)
    {
        var parts = run.Split('.');
        var (learned, loss) = (parts[2] == "learned_range", parts[4]);
        var objective = new DenoisingObjective(Diffusions.Schedule(parts[0]), Diffusions.Mean(parts[3]), new UniformTimesteps())
        {
            Bound = loss switch
            {
                "mse" => learned ? BoundLoss.Hybrid : BoundLoss.None,
                "rescaled_mse" => BoundLoss.RescaledHybrid,
                "kl" => BoundLoss.Full,
                "rescaled_kl" => BoundLoss.RescaledFull,
                _ => throw new NotSupportedException(loss),
            },
            FixedVariance = learned || loss == "mse" ? null : parts[2] == "fixed_large" ? StepVariance.Forward : StepVariance.Posterior,
        };
        var output = _golden[learned ? "model_output_2c" : "model_output_c"].clone().requires_grad_();
        var (x0, t, noise) = (_golden["x_start"], Diffusions.Times(_golden["t"]), _golden["noise"]);
        var network = new FixedNetwork(output);
        var terms = objective.Terms(network, x0, null, t, noise);
        _golden.AssertClose($"{parts[0]}.q_sample", network.Noisy!);
        Assert.Equal(_golden["t"].cpu().data<long>().Select(i => (double)i), network.Time!.cpu().data<float>().Select(time => Math.Round(time, 3)));

        _golden.AssertClose($"{run}.loss", terms.PerImage(), rel: 1e-4);
        if (_golden.Has($"{run}.mse")) _golden.AssertClose($"{run}.mse", terms.Error!);
        if (_golden.Has($"{run}.vb")) _golden.AssertClose($"{run}.vb", terms.Bound!, rel: 1e-4);
        var total = objective.Loss(network, x0, null, t, noise);
        Approximately.Equal(_golden[$"{run}.loss"].mean(), total.detach(), 1e-4 * Math.Max(1, Math.Abs(total.item<float>())));
        if (!_golden.Has($"{run}.grad_model_output")) return;
        total.backward();
        _golden.AssertClose($"{run}.grad_model_output", output.grad!, rel: 1e-4);
    }

    /// The process of 50 of the 1000 steps is a schedule of its own; its network is told the original indices.
    [Fact]
    public void Respaced()
    {
        var full = DiscreteSchedule.Linear();
        var taken = Respacing.Sections(full.StepCount, [50]);
        double[] bars = [1, .. taken.Select(i => full.AlphaBars[i])];
        var schedule = new DiscreteSchedule(Enumerable.Range(0, taken.Length).Select(i => 1 - bars[i + 1] / bars[i]));
        var objective = new DenoisingObjective(schedule, Prediction.Epsilon, new UniformTimesteps()) { Bound = BoundLoss.Hybrid };
        var network = new FixedNetwork(_golden["model_output_2c"]);
        var terms = objective.Terms(network, _golden["x_start"], null, Diffusions.Times(_golden["respaced.t"], taken.Length), _golden["noise"]);
        _golden.AssertClose("respaced.mse", terms.Error!);
        _golden.AssertClose("respaced.vb", terms.Bound!, rel: 1e-4);
        _golden.AssertClose("respaced.loss", terms.PerImage(), rel: 1e-4);
        Assert.Equal(_golden["respaced.t_model"].cpu().data<long>(), network.Time!.cpu().data<float>().Select(i => (long)taken[(int)Math.Round(i)]));
    }

    public void Dispose()
    {
        _scope.Dispose();
        _golden.Dispose();
    }
}
