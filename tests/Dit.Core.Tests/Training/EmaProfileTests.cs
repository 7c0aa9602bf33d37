using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class EmaProfileTests
{
    /// <summary>The exponents that EDM2's appendix gives for its two widths.</summary>
    [Theory]
    [InlineData(0.05, 16.97)]
    [InlineData(0.10, 6.94)]
    public void Exponents_are_the_papers(double width, double gamma) => Assert.Equal(gamma, new PowerEma(width).Gamma, 0.005);

    /// <summary>What it promises: the deviation of the profile is the width, as a share of the time so far.</summary>
    [Theory]
    [InlineData(0.03)]
    [InlineData(0.05)]
    [InlineData(0.1)]
    [InlineData(0.25)]
    public void A_power_profile_has_its_width(double width)
    {
        const int Steps = 20_000;
        var profile = new PowerEma(width);
        var (weights, weight) = (new double[Steps + 1], 1.0);
        for (var i = Steps; i >= 1; i--)
        {
            weights[i] = weight * (1 - profile.Decay(i));
            weight *= profile.Decay(i);
        }
        Assert.Equal(1, weights.Sum(), 1e-6);
        var mean = weights.Select((w, i) => w * i).Sum();
        var variance = weights.Select((w, i) => w * (i - mean) * (i - mean)).Sum();
        Assert.Equal(width, Math.Sqrt(variance) / Steps, 1e-3 * width + 1e-4);
    }

    /// <summary>Of a quantity that changes along a curve, averages of two widths are kept and snapshots of them make a third.</summary>
    [Theory]
    [InlineData(0.07)]
    [InlineData(0.15)]
    public void Snapshots_make_an_average_of_any_width(double width)
    {
        const int Steps = 4000;
        double[] widths = [0.05, 0.10];
        var kept = widths.Append(width).Select(w => (Profile: new PowerEma(w), Value: 0.0)).ToArray();
        var snapshots = new List<(long Step, double Width, double Value)>();
        for (var step = 1L; step <= Steps; step++)
        {
            var quantity = Math.Log(1 + step / 50.0) + 0.1 * Math.Sin(step / 300.0);
            for (var i = 0; i < kept.Length; i++)
                kept[i].Value = kept[i].Profile.Decay(step) is var decay ? decay * kept[i].Value + (1 - decay) * quantity : 0;
            if (step % 250 == 0)
                snapshots.AddRange(widths.Select((w, i) => (step, w, kept[i].Value)));
        }
        var weights = PosthocEma.Weights([.. snapshots.Select(s => (s.Step, s.Width))], Steps, width);
        Assert.Equal(1, weights.Sum(), 1e-9);
        Assert.Equal(kept[2].Value, weights.Zip(snapshots).Sum(p => p.First * p.Second.Value), 0.003);
    }

    [Fact]
    public async Task Averages_of_a_training_are_reconstructed_from_its_checkpoints()
    {
        using var folder = new TemporaryFolder();
        using var run = new TrainingRun(folder["run"], with: o => o with
        {
            Averages = [new PowerEma(0.05), new PowerEma(0.1), new PowerEma(0.08)],
            CheckpointEvery = 5,
            KeepCheckpoints = null,
        });
        await run.FitAsync(60);
        (string, long, double)[] snapshots =
        [
            .. from step in Enumerable.Range(1, 12).Select(i => 5L * i)
               from average in new[] { ("ema.safetensors", 0.05), ("ema-2.safetensors", 0.1) }
               select (Path.Combine(folder["run"], $"step-{step:D7}", average.Item1), step, average.Item2),
        ];
        using var model = PosthocEma.Reconstruct(snapshots, 60, 0.08);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var (far, near) = (0.0, 0.0);
        var first = run.Trainer.EmaModels[0].state_dict();
        foreach (var (name, expected) in run.Trainer.EmaModels[2].state_dict())
        {
            near = Math.Max(near, (expected - model.state_dict()[name]).abs().max().item<float>());
            far = Math.Max(far, (expected - first[name]).abs().max().item<float>());
        }
        Assert.True(near < 0.05 * far, $"the reconstruction is {near} away, another average {far}");
    }

    [Fact]
    public void What_is_out_of_range_is_refused()
    {
        using var model = Models.Random(Models.Tiny);
        EmaProfile[] wrong = [new ConstantEma(1), new ConstantEma(-0.1), new PowerEma(0), new PowerEma(0.3), new WarmupEma { Power = 0 }, new WarmupEma { Least = 1 }];
        Assert.All(wrong, profile => Assert.Throws<ArgumentException>(() => new ExponentialMovingAverage(model, profile)));
        Assert.Throws<ArgumentException>(() => PosthocEma.Weights([], 5, 0.1));
        Assert.Throws<ArgumentException>(() => PosthocEma.Weights([(5, 0.1), (5, 0.1)], 5, 0.1));
    }
}
