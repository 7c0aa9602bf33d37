using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Timesteps;

public class LossSecondMomentTests
{
    private const int Parts = 4, History = 3;

    /// Every part has its three losses, the last part one more, of which the oldest is forgotten: sqrt(mean of squares) is 1, 2, 3 and 4.
    [Fact]
    public void Times_are_drawn_in_proportion_to_the_root_of_the_second_moment()
    {
        using var scope = NewDisposeScope();
        using var times = Learned();
        using var generator = new Generator(1);
        var drawn = times.Sample(100_000, CPU, generator).data<float>().ToArray();
        for (var part = 0; part < Parts; part++)
            Assert.Equal(0.9 * (part + 1) / 10 + 0.1 / Parts, drawn.Count(t => (int)Math.Min(t * Parts, Parts - 1) == part) / 100_000.0, 0.01);
    }

    [Fact]
    public void Weights_leave_the_expected_loss_as_it_was()
    {
        using var scope = NewDisposeScope();
        using var times = Learned();
        using var generator = new Generator(2);
        Approximately.Equal(tensor(new[] { 1 / 0.46, 1 / 1.54 }, ScalarType.Float32), times.Weights(tensor(new[] { 0.25f, 0.8f })), 1e-5);
        var t = times.Sample(200_000, CPU, generator);
        Assert.Equal(1 / 3.0, (times.Weights(t) * t.square()).mean().item<float>(), 0.01);  // the mean of t^2 over uniform times
    }

    [Fact]
    public void Times_are_uniform_until_every_part_has_its_losses()
    {
        using var scope = NewDisposeScope();
        using var times = new LossSecondMomentTimesteps(Parts, History, uniform: 0.1);
        var t = tensor(new[] { 0.1f, 0.3f, 0.6f });
        for (var i = 0; i < 10; i++) times.Observe(t, tensor(new[] { 1f, 5, 9 }));
        Approximately.Equal(ones(3), times.Weights(t), 1e-6);
        times.Observe(full(3, 0.9f), full(3, 1f));
        Assert.True((times.Weights(t) - 1).abs().max().item<float>() > 0.1);
    }

    [Fact]
    public void On_a_discrete_schedule_the_parts_are_its_steps()
    {
        using var scope = NewDisposeScope();
        var schedule = DiscreteSchedule.Linear(Parts, 0.1, 0.2);
        using var times = Learned();
        var steps = schedule.Snap(tensor(new[] { 0.1f, 0.3f, 0.6f, 0.9f }));                // exactly 1/4, 2/4, 3/4 and 1
        Approximately.Equal(tensor(Enumerable.Range(1, Parts).Select(k => (float)(1 / (0.1 + 0.9 * 0.4 * k))).ToArray()), times.Weights(steps), 1e-5);
    }

    [Fact]
    public void A_saved_state_goes_on_as_if_nothing_had_happened()
    {
        using var scope = NewDisposeScope();
        using var times = Learned();
        using var resumed = new LossSecondMomentTimesteps(Parts, History, uniform: 0.1);
        resumed.load_state_dict(times.state_dict());
        foreach (var each in new[] { times, resumed }) each.Observe(tensor(new[] { 0.1f, 0.1f, 0.9f }), tensor(new[] { 7f, 8, 9 }));
        foreach (var (name, tensor) in times.state_dict()) Approximately.Equal(tensor, resumed.state_dict()[name], 0);
        using var one = new Generator(1);
        using var two = new Generator(1);
        Approximately.Equal(times.Sample(50, CPU, one), resumed.Sample(50, CPU, two), 0);
    }

    [Fact]
    public void Nothing_piles_up()
    {
        using var times = Learned();
        using var t = tensor(new[] { 0.1f, 0.9f });
        using var losses = tensor(new[] { 1f, 2 });
        var before = TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++)
        {
            times.Sample(4, CPU).Dispose();
            times.Weights(t).Dispose();
            times.Observe(t, losses);
            Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
        }
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        using var scope = NewDisposeScope();
        using var times = new LossSecondMomentTimesteps(Parts, History);
        Assert.Throws<ArgumentException>("losses", () => times.Observe(zeros(3), zeros(2)));
        Assert.Throws<ArgumentOutOfRangeException>("parts", () => new LossSecondMomentTimesteps(0));
        Assert.Throws<ArgumentOutOfRangeException>("history", () => new LossSecondMomentTimesteps(10, 0));
        Assert.Throws<ArgumentOutOfRangeException>("uniform", () => new LossSecondMomentTimesteps(10, 1, 0));
    }

    private static LossSecondMomentTimesteps Learned()
    {
        using var scope = NewDisposeScope();
        var times = new LossSecondMomentTimesteps(Parts, History, uniform: 0.1);
        times.Observe(tensor(new[] { 0.9f }), tensor(new[] { 1000f }));
        times.Observe(tensor(new[] { 0.1f, 0.3f, 0.9f, 0.6f, 0.9f }), tensor(new[] { 1f, 1, 2, 3, 4 }));
        times.Observe(tensor(new[] { 0.2f, 0.1f, 0.4f, 0.4f, 0.7f, 0.7f, 0.8f }), tensor(new[] { 1f, 1, 2, 2.6457513f, 3, 3, 5.2915026f }));
        return times;
    }
}
