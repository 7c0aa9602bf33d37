using Dit.Diffusion.Tests.Schedules;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Predictions;

public class PredictionTests
{
    public static TheoryData<string, Prediction> All
    {
        get
        {
            var all = new TheoryData<string, Prediction>();
            foreach (var name in AllSchedules.Names)
            {
                foreach (var prediction in Enum.GetValues<Prediction>()) all.Add(name, prediction);
            }

            return all;
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Every_prediction_gives_the_same_data_noise_and_velocity(string name, Prediction prediction)
    {
        using var scope = NewDisposeScope();
        var schedule = AllSchedules.Get(name);
        var denoiser = new GaussianDenoiser(0.3, 0.7, schedule, prediction);
        var x = linspace(-2, 2, 9, ScalarType.Float64).view(1, 1, 3, 3);
        foreach (var t in new[] { 0.1, 0.5, 0.9 })
        {
            var (clean, noise) = denoiser.Expectations(x, t);
            var tolerance = 1e-12 * (1 + schedule.Sigma(t) / schedule.Alpha(t)) * (1 + schedule.SigmaDerivative(t));
            Approximately.Equal(clean, denoiser.Clean(x, t), tolerance);
            Approximately.Equal(noise, denoiser.Noise(x, t), tolerance);
            Approximately.Equal(schedule.AlphaDerivative(t) * clean + schedule.SigmaDerivative(t) * noise, denoiser.Velocity(x, t), tolerance);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Training_targets_are_what_sampling_understands(string name, Prediction prediction)
    {
        using var scope = NewDisposeScope();
        const double T = 0.4;
        var schedule = AllSchedules.Get(name);
        var (clean, noise) = (Clean(1), Noise(1));
        var target = prediction.Target(schedule.At(full([1, 1, 1, 1], T, ScalarType.Float64)), clean, noise);
        var oracle = new Oracle(schedule, prediction, target);
        var x = schedule.Alpha(T) * clean + schedule.Sigma(T) * noise;
        Approximately.Equal(clean, oracle.Clean(x, T), 1e-11);
        Approximately.Equal(noise, oracle.Noise(x, T), 1e-11);
    }

    [Theory, MemberData(nameof(All))]
    public void Every_prediction_converts_to_every_other_and_back(string name, Prediction prediction)
    {
        using var scope = NewDisposeScope();
        double[] times = [0.02, 0.3, 0.62, 0.94];
        var path = AllSchedules.Get(name).At(tensor(times).view(-1, 1, 1, 1));
        var (clean, noise) = (Clean(times.Length), Noise(times.Length));
        var x = path.Alpha * clean + path.Sigma * noise;
        var said = prediction.Target(path, clean, noise);
        foreach (var wanted in Enum.GetValues<Prediction>())
        {
            var read = prediction.Convert(wanted, path, x, said);
            Close(wanted.Target(path, clean, noise), read);
            Close(said, wanted.Convert(prediction, path, x, read));
        }

        static void Close(Tensor expected, Tensor actual) =>
            Assert.InRange(((actual - expected).abs().max() / (1 + expected.abs().max())).item<double>(), 0, 1e-9);
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
    [InlineData(Prediction.Epsilon, false)]
    [InlineData(Prediction.Score, false)]
    [InlineData(Prediction.V, true)]
    [InlineData(Prediction.Sample, true)]
    [InlineData(Prediction.FlowVelocity, true)]
    public void Noise_cannot_be_predicted_where_nothing_else_is_left(Prediction prediction, bool possible)
    {
        var schedule = DiscreteSchedule.Linear();
        Assert.Equal(prediction, prediction.ValidatedFor(schedule, nameof(prediction)));
        if (possible)
        {
            Assert.Equal(prediction, prediction.ValidatedFor(schedule.WithZeroTerminalSnr(), nameof(prediction)));
            return;
        }
        var error = Assert.Throws<ArgumentException>(nameof(prediction), () => prediction.ValidatedFor(schedule.WithZeroTerminalSnr(), nameof(prediction)));
        Assert.Contains("Predict V or Sample", error.Message, StringComparison.Ordinal);
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
    public void An_unknown_prediction_is_refused()
    {
        using var scope = NewDisposeScope();
        var x = zeros(1);
        var path = new RectifiedFlow().At(x);
        Assert.Throws<ArgumentOutOfRangeException>("prediction", () => new DenoisingObjective(new RectifiedFlow(), (Prediction)99, new UniformTimesteps()));
        Assert.Throws<ArgumentOutOfRangeException>("prediction", () => ((Prediction)99).Target(path, x, x));
        Assert.Throws<ArgumentOutOfRangeException>("wanted", () => Prediction.V.Convert((Prediction)99, path, x, x));
    }

    private static Tensor Clean(int count) => linspace(-1, 1, 4 * count, ScalarType.Float64).view(count, 1, 2, 2);

    private static Tensor Noise(int count) => linspace(2, -1.5, 4 * count, ScalarType.Float64).square().view(count, 1, 2, 2);

    private sealed class Oracle(INoiseSchedule schedule, Prediction prediction, Tensor answer) : Denoiser(schedule, prediction)
    {
        public override Tensor Predict(Tensor x, double t) => answer.alias();
    }
}
