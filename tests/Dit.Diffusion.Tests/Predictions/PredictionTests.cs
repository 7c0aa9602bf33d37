using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Predictions;

public class PredictionTests
{
    public static TheoryData<INoiseSchedule, Prediction> All
    {
        get
        {
            var all = new TheoryData<INoiseSchedule, Prediction>();
            foreach (var prediction in Enum.GetValues<Prediction>())
            {
                all.Add(new RectifiedFlow(), prediction);
                all.Add(new CosinePath(), prediction);
            }

            return all;
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Every_prediction_gives_the_same_data_noise_and_velocity(INoiseSchedule schedule, Prediction prediction)
    {
        using var scope = NewDisposeScope();
        var denoiser = new GaussianDenoiser(0.3, 0.7, schedule, prediction);
        var x = linspace(-2, 2, 9, ScalarType.Float64).view(1, 1, 3, 3);
        foreach (var t in new[] { 0.1, 0.5, 0.9 })
        {
            var (clean, noise) = denoiser.Expectations(x, t);
            Approximately.Equal(clean, denoiser.Clean(x, t), 1e-12);
            Approximately.Equal(noise, denoiser.Noise(x, t), 1e-12);
            Approximately.Equal(schedule.AlphaDerivative(t) * clean + schedule.SigmaDerivative(t) * noise, denoiser.Velocity(x, t), 1e-12);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Training_targets_are_what_sampling_understands(INoiseSchedule schedule, Prediction prediction)
    {
        using var scope = NewDisposeScope();
        const double T = 0.4;
        var clean = linspace(-1, 1, 4, ScalarType.Float64).view(1, 1, 2, 2);
        var noise = linspace(2, -1, 4, ScalarType.Float64).view(1, 1, 2, 2);
        var target = prediction.Target(schedule.At(full([1, 1, 1, 1], T, ScalarType.Float64)), clean, noise);
        var oracle = new Oracle(schedule, prediction, target);
        var x = schedule.Alpha(T) * clean + schedule.Sigma(T) * noise;
        Approximately.Equal(clean, oracle.Clean(x, T), 1e-12);
        Approximately.Equal(noise, oracle.Noise(x, T), 1e-12);
    }

    [Theory]
    [InlineData(Prediction.Epsilon, 1)]
    [InlineData(Prediction.Sample, 0)]
    [InlineData(Prediction.Score, 0)]
    public void Times_at_which_the_prediction_says_nothing_are_refused(Prediction prediction, double t)
    {
        using var x = zeros(1, 1, 2, 2);
        using var nothing = zeros(1, 1, 2, 2);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new Oracle(new RectifiedFlow(), prediction, nothing).Velocity(x, t));
        Assert.Contains($"predicts {prediction}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void Times_off_the_path_are_refused(double t)
    {
        using var x = zeros(1, 1, 2, 2);
        Assert.Throws<ArgumentOutOfRangeException>(nameof(t), () => new GaussianDenoiser(0, 1).Clean(x, t));
    }

    [Fact]
    public void An_unknown_prediction_is_refused_at_construction() =>
        Assert.Throws<ArgumentOutOfRangeException>("prediction", () => new DenoisingObjective(new RectifiedFlow(), (Prediction)99, new UniformTimesteps()));

    private sealed class Oracle(INoiseSchedule schedule, Prediction prediction, Tensor answer) : Denoiser(schedule, prediction)
    {
        public override Tensor Predict(Tensor x, double t) => answer.alias();
    }
}
