using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Objectives;

public sealed class ShortcutObjectiveTests
{
    [Fact]
    public void Times_are_those_from_which_whole_steps_lead_to_the_data()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var objective = new ShortcutObjective(mostSteps: 16) { ConsistentPart = 0.5 };
        var network = new LabelNetwork();
        var levels = new HashSet<int>();
        for (var i = 0; i < 50; i++)
        {
            network.Times.Clear();
            objective.Loss(network, zeros(8, 1, 2, 2), null, generator);
            Assert.Equal(3, network.Times.Count);                                   // two small steps, and all images at once
            var (first, second, all) = (network.Times[0], network.Times[1], network.Times[2]);
            for (var k = 0; k < 4; k++)
            {
                var level = (int)Math.Ceiling(all[k] / 1000.0 - 1e-6) - 1;           // all times are above 0 and at most 1
                var (time, size) = (all[k] / 1000.0 - level, Math.Pow(2, level) / 16);
                levels.Add(level);
                Assert.InRange(level, 1, 4);
                Assert.Equal(Math.Round(time / size), time / size, 1e-4);
                Assert.Equal(all[k] - 1000, first[k], 1e-2);                         // the same time, half the size
                Assert.Equal(first[k] - 500 * size, second[k], 1e-2);
            }
            Assert.All(all[4..], time => Assert.InRange(time, 0, 1000));
        }
        Assert.Equal([1, 2, 3, 4], levels.Order());
    }

    /// The exact velocity of one point is the same at every size of step, so that the consistent part has no error either.
    [Fact]
    public void A_network_that_knows_the_answer_has_no_loss()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var loss = new ShortcutObjective(mostSteps: 8).Loss(new PointOracle(8), full([16, 1, 2, 2], 0.5), null, generator);
        Assert.Equal(0, loss.item<float>(), 1e-5);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(8)]
    public void Sampling_tells_the_size_and_ends_at_the_data(int steps)
    {
        using var scope = NewDisposeScope();
        var denoiser = new ShortcutObjective(mostSteps: 8).Denoiser(new PointOracle(8), labels: null, nullClass: null, steps);
        Approximately.Equal(full([4, 1, 2, 2], 0.5), new EulerSampler(steps).Sample(denoiser, randn(4, 1, 2, 2)), 1e-5);

        var network = new LabelNetwork();
        var asked = new ShortcutObjective(mostSteps: 8).Denoiser(network, labels: null, nullClass: null, steps);
        foreach (var step in new EulerSampler(steps).Steps(asked, zeros(1, 1, 2, 2))) Assert.False(step.Sample.IsInvalid);
        var level = 3 - (int)Math.Log2(steps);
        Assert.Equal(Enumerable.Range(0, steps).Select(i => (float)(1000 * (1 - i / (double)steps + level))), network.Times.Select(t => t[0]));
    }

    [Fact]
    public void The_teacher_teaches_without_gradient_and_in_evaluation_mode()
    {
        using var scope = NewDisposeScope();
        var (network, teacher) = (new LabelNetwork { Gain = 2 }, new LabelNetwork { Gain = 3 });
        new ShortcutObjective { Teacher = teacher }.Loss(network, zeros(8, 1, 2, 2), arange(8, ScalarType.Int64), new Generator(1));
        Assert.Equal([false, false], teacher.Training);
        Assert.Equal([true], network.Training);
        Assert.Equal([0L], teacher.Labels[0]);
        Assert.True(teacher.Dropout.training);
    }

    [Fact]
    public void Numbers_of_steps_are_powers_of_two()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentOutOfRangeException>("mostSteps", () => new ShortcutObjective(mostSteps: 12));
        var objective = new ShortcutObjective(mostSteps: 8);
        Assert.Throws<ArgumentOutOfRangeException>("steps", () => objective.Denoiser(new LabelNetwork(), null, null, 3));
        Assert.Throws<ArgumentOutOfRangeException>("steps", () => objective.Denoiser(new LabelNetwork(), null, null, 16));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShortcutObjective { ConsistentPart = 1 });
        Assert.Throws<ArgumentException>("images", () => objective.Loss(new LabelNetwork(), zeros(2, 2), null));
        Assert.True(float.IsFinite(objective.Loss(new LabelNetwork(), zeros(1, 1, 2, 2), null, new Generator(1)).item<float>()));
    }

    /// <summary>Losses by time and held-out losses are made of this.</summary>
    [Fact]
    public void Every_image_is_told_and_evaluated_as_it_is_trained()
    {
        using var scope = NewDisposeScope();
        var (objective, network, images) = (new ShortcutObjective(mostSteps: 8), new LabelNetwork { Gain = 2 }, randn(16, 1, 2, 2));
        var told = new List<ImageLosses>();
        objective.LossesKnown += losses => told.Add(new(losses.Times.clone().MoveToOuterDisposeScope(), losses.Losses.clone().MoveToOuterDisposeScope()));
        var loss = objective.Loss(network, images, null, new Generator(4));
        var known = Assert.Single(told);
        Assert.Equal(loss.item<float>(), known.Losses.mean().item<float>(), 1e-6f);
        var levels = network.Times[2].Select(time => Math.Ceiling(time / 1000.0 - 1e-6) - 1);                    // all times are above 0 and at most 1
        Assert.All(network.Times[2].Zip(levels, (time, level) => time / 1000.0 - level).Zip(known.Times.data<float>().ToArray()), t => Assert.Equal(t.First, t.Second, 1e-5));

        var (images2, predictions, targets) = objective.Evaluate(network, new Batch(images), new Generator(4));
        Assert.Single(told);
        Approximately.Equal(known.Losses, images2.Losses, 1e-6);
        Approximately.Equal(known.Times, images2.Times, 0);
        Approximately.Equal((predictions - targets).square().mean([1, 2, 3]), images2.Losses, 1e-6);
    }

    /// <summary>The first eighth of the batch, two images, has times of its own.</summary>
    [Fact]
    public void Times_that_learn_from_losses_weigh_and_learn_from_the_plain_part()
    {
        using var scope = NewDisposeScope();
        var timesteps = new Aware();
        var objective = new ShortcutObjective(timesteps, mostSteps: 8);
        var told = default(ImageLosses);
        objective.LossesKnown += losses => told = new(losses.Times.clone().MoveToOuterDisposeScope(), losses.Losses.clone().MoveToOuterDisposeScope());
        var loss = objective.Loss(new LabelNetwork { Gain = 2 }, randn(16, 1, 2, 2), null, new Generator(4));
        var (times, losses) = (told.Times.narrow(0, 2, 14), told.Losses.narrow(0, 2, 14));
        Approximately.Equal((told.Losses.narrow(0, 0, 2).sum() + (10 * times * losses).sum()) / 16, loss, 1e-4);
        Approximately.Equal(times, Assert.Single(timesteps.Observed).Times, 0);
        Approximately.Equal(losses, timesteps.Observed[0].Losses, 1e-6);
        Assert.Equal(["timesteps.seen"], objective.Learned!.state_dict().Keys);
        Assert.Null(new ShortcutObjective().Learned);

        objective.Evaluate(new LabelNetwork(), new Batch(zeros(4, 1, 2, 2)), new Generator(4));
        Assert.Single(timesteps.Observed);
        Assert.Equal(1, timesteps.Drawn);
    }

    [Fact]
    public void No_tensor_stays()
    {
        using var scope = NewDisposeScope();
        var (objective, network, images, generator) = (new ShortcutObjective(mostSteps: 8), new LabelNetwork(), zeros(8, 1, 2, 2), new Generator(1));
        for (var i = 0; i < 3; i++)
        {
            var before = Tensor.TotalCount;
            using (NewDisposeScope())
            {
                objective.Loss(network, images, null, generator);
                objective.Evaluate(network, new Batch(images), generator);
                Assert.Equal(before + 5, Tensor.TotalCount);                                // the loss; times, losses, predictions, targets
            }
        }
    }

    /// <summary>Even times, of weight 10 t.</summary>
    private sealed class Aware : ILossAwareTimesteps
    {
        public List<ImageLosses> Observed { get; } = [];

        public int Drawn { get; private set; }

        public nn.Module Learned { get; } = new Kept();

        public Tensor Sample(long count, Device device, Generator? generator = null)
        {
            Drawn++;
            return linspace(0.1, 0.9, count);
        }

        public Tensor Weights(Tensor t) => 10 * t;

        public void Observe(Tensor t, Tensor losses) => Observed.Add(new(t.clone().MoveToOuterDisposeScope(), losses.clone().MoveToOuterDisposeScope()));
    }

    private sealed class Kept : nn.Module
    {
        public Kept() : base(nameof(Kept)) => register_buffer("seen", ones(1));
    }

    /// <summary>eps - x_0 = (x_t - 0.5) / t, at whatever level of step sizes it is asked.</summary>
    private sealed class PointOracle(int mostSteps) : nn.Module<Tensor, Tensor, Tensor?, Tensor>(nameof(PointOracle))
    {
        public override Tensor forward(Tensor x, Tensor t, Tensor? y)
        {
            var level = (t / 1000 - 1e-6).floor().clamp(0, Math.Log2(mostSteps));
            return (x - 0.5) / (t / 1000 - level).view(-1, 1, 1, 1).clamp_min(1e-6);
        }
    }
}
