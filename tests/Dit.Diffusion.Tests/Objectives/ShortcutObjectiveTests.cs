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
