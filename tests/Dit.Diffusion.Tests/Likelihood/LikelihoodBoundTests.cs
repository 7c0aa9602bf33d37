using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests;

public class LikelihoodBoundTests
{
    /// <summary>
    /// Steps with the true mean and the true variance are as good as a model can be: their bound is the entropy of the data, in 8-bit levels 2 / 255 apart.
    /// Fixed variances cost what Nichol and Dhariwal 2021 (figure 2) show: more with few steps, more with the posterior's.
    /// </summary>
    [Fact]
    public void The_bound_of_a_perfect_model_is_the_truth()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4);
        var images = (((0.1 + 0.3 * randn([256, 1, 4, 4], ScalarType.Float64, generator: generator)) * 127.5).round() / 127.5).clamp(-1, 1);
        var nats = 0.5 * (((images - 0.1) / 0.3).square() + Math.Log(2 * Math.PI) + 2 * Math.Log(0.3));
        var truth = (nats.mean() / Math.Log(2)).item<double>() + Math.Log2(127.5);
        LikelihoodBound Evaluation(StepVariance variance = default) => new(1000) { Variance = variance, Noise = new GeneratorNoise(generator) };

        var perfect = Evaluation().Of(new TrueVariance(), images);
        Assert.InRange(perfect.Total().mean().item<double>() - truth, -0.005, 0.03);
        Assert.Equal([256, 1000], perfect.Steps.shape);
        Assert.InRange(perfect.Prior.max().item<double>(), 0, 1e-4);

        var learnedNone = new GaussianDenoiser(0.1, 0.3, DiscreteSchedule.Linear(), Prediction.Epsilon);
        var forward = Evaluation(StepVariance.Forward).Of(learnedNone, images).Total().mean().item<double>() - truth;
        var posterior = Evaluation(StepVariance.Posterior).Of(learnedNone, images).Total().mean().item<double>() - truth;
        Assert.InRange(forward, 0.1, 0.25);
        Assert.InRange(posterior, forward, 1);
    }

    [Fact]
    public void A_worse_model_has_a_higher_bound_and_fewer_steps_too()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var images = (0.1 + 0.3 * randn([64, 1, 4, 4], generator: random)).clamp(-1, 1);
        double Bound(Denoiser denoiser, int steps)
        {
            using var same = new Generator(2);                                                          // the same noise for every model
            return new LikelihoodBound(steps) { Noise = new GeneratorNoise(same) }.Of(denoiser, images).Total().mean().item<float>();
        }

        var right = new GaussianDenoiser(0.1, 0.3, DiscreteSchedule.Linear(), Prediction.Epsilon);
        var wrong = new GaussianDenoiser(-0.3, 0.3, DiscreteSchedule.Linear(), Prediction.Epsilon);
        Assert.True(Bound(right, 100) + 0.2 < Bound(wrong, 100));
        Assert.True(Bound(right, 100) + 0.05 < Bound(right, 10));
    }

    [Fact]
    public void Nothing_is_left_behind_and_any_path_will_do()
    {
        using var images = zeros(2, 1, 2, 2);
        var denoiser = new GaussianDenoiser(0.1, 0.3);
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        using (var terms = new LikelihoodBound(7).Of(denoiser, images))
        using (var total = terms.Total())
            Assert.All(total.data<float>().ToArray(), bits => Assert.True(float.IsFinite(bits)));
        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        using var scope = NewDisposeScope();
        var denoiser = new GaussianDenoiser(0, 1);
        Assert.Throws<ArgumentOutOfRangeException>("steps", () => new LikelihoodBound(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LikelihoodBound(3) { Variance = (StepVariance)9 });
        Assert.Throws<ArgumentException>("images", () => new LikelihoodBound(3).Of(denoiser, zeros([1, 1, 2, 2], ScalarType.Int64)));
        Assert.Contains("ends at the data", Assert.Throws<ArgumentException>("denoiser",
            () => new LikelihoodBound(3) { Grid = TimeGrid.Linear(1, 0.1) }.Of(denoiser, zeros(1, 1, 2, 2))).Message, StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(() => new LikelihoodBound(3).Of(denoiser, zeros(1, 1, 2, 2), new CancellationToken(canceled: true)));
    }

    /// <summary>A network that learned the variance of x_{t-1} given x_t: the posterior's, and that of what it does not know about x_0.</summary>
    private sealed class TrueVariance() : Denoiser(DiscreteSchedule.Linear(), Prediction.Epsilon)
    {
        private readonly GaussianDenoiser _mean = new(0.1, 0.3, DiscreteSchedule.Linear(), Prediction.Epsilon);

        public override Tensor Predict(Tensor x, double t) => _mean.Predict(x, t);

        public override (Tensor Prediction, Tensor? Variance) PredictWithVariance(Tensor x, double t)
        {
            var index = (int)Math.Round(1000 * (1 - t));
            double[] times = [.. Enumerable.Range(0, 1001).Select(i => (1000 - i) / 1000.0)];
            var posterior = Posterior.Between(Schedule, times[index], times[index + 1]);
            var (least, most) = Posterior.LogVariances(Schedule, times, index);
            var (alpha, sigma) = (Schedule.Alpha(t), Schedule.Sigma(t));
            var unknown = 1 / (1 / 0.09 + alpha * alpha / (sigma * sigma));
            var truth = Math.Log(posterior.Variance + posterior.OfClean * posterior.OfClean * unknown);
            return (Predict(x, t), full_like(x, 2 * (truth - least) / (most - least) - 1));
        }
    }
}
