using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Objectives;

public sealed class HybridLossTests
{
    private static readonly ITimestepSampler Times = new UniformTimesteps();

    [Theory, InlineData(BoundLoss.Hybrid), InlineData(BoundLoss.RescaledHybrid)]
    public void The_bound_leaves_the_mean_alone(BoundLoss bound)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var (x0, noise) = (Draw(3, generator), Draw(3, generator));
        var t = tensor(new[] { 0.001f, 0.3f, 1f, 0.002f });
        var output = Draw(6, generator).requires_grad_();
        var mean = output.detach().chunk(2, 1)[0].clone().requires_grad_();
        new DenoisingObjective(DiscreteSchedule.Linear(), Prediction.Epsilon, Times) { Bound = bound }.Loss(new FixedNetwork(output), x0, null, t, noise).backward();
        new DenoisingObjective(DiscreteSchedule.Linear(), Prediction.Epsilon, Times).Loss(new FixedNetwork(mean), x0, null, t, noise).backward();
        var halves = output.grad!.chunk(2, 1);
        Approximately.Equal(mean.grad!, halves[0], 1e-9);
        Assert.True(halves[1].abs().max().item<float>() > 1e-6);
    }

    [Theory, InlineData(BoundLoss.Full), InlineData(BoundLoss.RescaledFull)]
    public void The_bound_alone_trains_the_mean(BoundLoss bound)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var output = Draw(6, generator).requires_grad_();
        var objective = new DenoisingObjective(DiscreteSchedule.Linear(), Prediction.Epsilon, Times) { Bound = bound };
        objective.Loss(new FixedNetwork(output), Draw(3, generator), null, tensor(new[] { 0.001f, 0.3f, 1f, 0.002f }), Draw(3, generator)).backward();
        Assert.All(output.grad!.chunk(2, 1), half => Assert.True(half.abs().max().item<float>() > 1e-6));
    }

    /// With the true x_0 and the true variance p is q: the divergence is 0 bits, whatever the schedule.
    [Fact]
    public void A_model_that_knows_the_data_pays_nothing_but_the_first_step()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var bound = new VariationalBound(DiscreteSchedule.Cosine(40));
        var (x0, t) = (Draw(3, generator).clamp(-1, 1), tensor(new[] { 1 / 40f, 2 / 40f, 20 / 40f, 1f }));
        var path = bound.Schedule.At(t.view(-1, 1, 1, 1));
        var noisy = path.Alpha * x0 + path.Sigma * Draw(3, generator);
        var bits = bound.Terms(x0, noisy, x0, bound.FixedLogVariance(StepVariance.Posterior, t, x0), t).data<float>().ToArray();
        Assert.All(bits[1..], value => Assert.Equal(0, value, 1e-5));
        Assert.True(bits[0] > 0);
    }

    /// The bound of a model that answers 0 is finite and of the right size: the entropy of 8 bits is its measure.
    [Fact]
    public void Learned_variance_runs_from_the_smallest_to_the_largest()
    {
        using var scope = NewDisposeScope();
        var bound = new VariationalBound(DiscreteSchedule.Linear());
        var (t, like) = (tensor(new[] { 0.001f, 0.5f, 1f }), zeros(3, 1, 1, 1));
        var (least, most) = (bound.FixedLogVariance(StepVariance.Posterior, t, like), bound.FixedLogVariance(StepVariance.Forward, t, like));
        Approximately.Equal(least, bound.LearnedLogVariance(like - 1, t), 1e-5);
        Approximately.Equal(most.narrow(0, 1, 2), bound.LearnedLogVariance(like + 1, t).narrow(0, 1, 2), 1e-5);
        Assert.Equal(Math.Log(1e-4), bound.LearnedLogVariance(like + 1, t)[0].item<float>(), 1e-5);       // beta itself, where the fixed one is held
        Assert.Equal(-9.816725135, least[0].item<float>(), 1e-5);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(1000)]
    public void Every_schedule_has_finite_terms(int steps)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var bound = new VariationalBound(DiscreteSchedule.Linear(steps, 1e-4, 0.02));
        var t = tensor(new[] { 0f, 1f / steps, 0.5f, 1f });
        var learned = Draw(3, generator).requires_grad_();
        var terms = bound.Terms(Draw(3, generator), Draw(3, generator), Draw(3, generator), bound.LearnedLogVariance(learned, t), t);
        terms.sum().backward();
        Assert.True(terms.isfinite().all().item<bool>() && learned.grad!.isfinite().all().item<bool>());
    }

    [Fact]
    public void A_schedule_that_ends_in_noise_has_no_prior_to_pay_for()
    {
        using var scope = NewDisposeScope();
        var bound = new VariationalBound(DiscreteSchedule.Linear().WithZeroTerminalSnr());
        Assert.Equal(0, bound.Prior(ones(2, 1, 2, 2)).abs().max().item<float>(), 1e-7);
        Assert.True(new VariationalBound(DiscreteSchedule.Linear()).Prior(ones(2, 1, 2, 2)).min().item<float>() > 0);
    }

    /// The paper's model end to end: train a step, then sample with the variance that the network says.
    [Fact]
    public void The_official_recipe_trains_and_samples()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        using var model = new DitModel(new DitConfig { ImageSize = 4, PatchSize = 2, Channels = 3, Width = 16, Depth = 1, Heads = 2, Classes = 4, LearnedVariance = true }, generator);
        var objective = DenoisingObjective.OfficialDit();
        var labels = arange(4, ScalarType.Int64);
        var loss = objective.Loss(model, Draw(3, generator).narrow(2, 0, 4).narrow(3, 0, 4), labels, generator);
        loss.backward();
        Assert.InRange(loss.item<float>(), 0.8f, 3);                                // a new model says 0: the noise's variance, and some bits
        var denoiser = objective.Denoiser(model, labels).Guided(4.0);
        var images = new DdpmSampler(steps: 10).Sample(denoiser, randn([4, 3, 4, 4], generator: generator));
        Assert.True(images.isfinite().all().item<bool>());
    }

    private static Tensor Draw(long channels, Generator generator) => randn([4, channels, 5, 5], generator: generator);
}
