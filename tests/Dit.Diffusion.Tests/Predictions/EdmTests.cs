using Dit.Core;
using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Predictions;

/// <summary>EDM as the paper has it (Karras et al. 2022, table 1), put together from a path, a preconditioned network, a weighting and a density.</summary>
public class EdmTests
{
    private static readonly double[] Levels = [0.002, 0.05, 0.5, 3, 80];

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    public void The_network_sees_and_says_what_the_paper_writes(double sigmaData)
    {
        using var scope = NewDisposeScope();
        foreach (var s in Levels)
        {
            var (clean, noise) = (linspace(-1, 1, 4, ScalarType.Float64).view(1, 1, 2, 2), linspace(2, -1, 4, ScalarType.Float64).view(1, 1, 2, 2));
            var (x, t) = (clean + s * noise, Time(s));
            var inner = new Recording();
            var output = Call(inner, sigmaData, State(clean, noise, t), t);

            var total = s * s + sigmaData * sigmaData;
            Approximately.Equal(x / Math.Sqrt(total), inner.Input!, 1e-12);                                 // c_in x
            Assert.Equal(Math.Log(s) / 4, inner.Time!.item<double>(), 1e-12);                               // c_noise
            var (skip, scale) = (sigmaData * sigmaData / total, s * sigmaData / Math.Sqrt(total));
            Approximately.Equal(skip * x + scale * inner.Answer(x / Math.Sqrt(total)), output, 1e-12);
        }
    }

    [Fact]
    public void A_network_that_says_nothing_is_exact_for_normal_data_of_that_deviation()
    {
        using var scope = NewDisposeScope();
        var network = new Recording { Gain = 0 };
        var objective = DenoisingObjective.Edm(0.5);
        var exact = new GaussianDenoiser(0, 0.5, new EdmPath(), Prediction.Sample);
        var x = linspace(-2, 2, 8).view(2, 1, 2, 2);
        foreach (var s in Levels)
            Approximately.Equal(exact.Clean(x, Time(s)), objective.Denoiser(network, labels: null, nullClass: null).Clean(x, Time(s)), 1e-6);
    }

    [Fact]
    public void With_data_of_deviation_1_it_is_v_prediction_with_the_sign_turned()
    {
        using var scope = NewDisposeScope();
        foreach (var s in Levels)
        {
            var t = Time(s);
            var (clean, noise) = (linspace(-1, 1, 4, ScalarType.Float64).view(1, 1, 2, 2), linspace(2, -1, 4, ScalarType.Float64).view(1, 1, 2, 2));
            var inner = new Recording();
            var output = Call(inner, 1, State(clean, noise, t), t);
            var path = new EdmPath().At(full([1, 1, 1, 1], t, ScalarType.Float64));
            var v = -inner.Answer(inner.Input!);
            Approximately.Equal(Prediction.V.Convert(Prediction.Sample, path, State(clean, noise, t), v), output, 1e-12);
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Its_weights_are_1_on_the_inner_network(double sigmaData)
    {
        using var scope = NewDisposeScope();
        foreach (var s in Levels)
        {
            var weight = new EdmWeighting(sigmaData).Weight(new EdmPath().At(full(1, Time(s), ScalarType.Float64)), Prediction.Sample).item<double>();
            var scale = s * sigmaData / Math.Sqrt(s * s + sigmaData * sigmaData);                           // c_out
            Assert.Equal(1, weight * scale * scale, 1e-9);
        }
    }

    [Fact]
    public void Its_times_have_the_papers_lognormal_noise_levels()
    {
        using var scope = NewDisposeScope();
        var t = new LogitNormalTimesteps(-1.2, 1.2).FromUniform(tensor(new[] { 0.15865525393, 0.5, 0.84134474607 }));   // -1, 0 and 1 deviations
        Approximately.Equal(tensor(new[] { -2.4, -1.2, 0 }), (t / (1 - t)).log(), 1e-8);
    }

    /// A network that says nothing leaves c_skip x, whose weighted error is (s^2 + sigma^2) / (s sigma)^2 (c_skip x - x_0)^2.
    [Fact]
    public void The_loss_is_the_papers()
    {
        using var scope = NewDisposeScope();
        const double Sigma = 0.5;
        var (clean, noise) = (linspace(-1, 1, 16).view(4, 1, 2, 2), linspace(2, -1, 16).view(4, 1, 2, 2));
        var s = tensor(new[] { 0.05, 0.5, 3, 60 });
        var loss = DenoisingObjective.Edm(Sigma).Loss(new Recording { Gain = 0 }, clean, null, (s / (1 + s)).to(ScalarType.Float32), noise);
        var (total, column) = ((s.square() + Sigma * Sigma).view(-1, 1, 1, 1), s.view(-1, 1, 1, 1));
        var error = Sigma * Sigma / total * (clean + column * noise) - clean;                               // [B, 1, 2, 2]
        Assert.Equal((total / (column * Sigma).square() * error.square()).mean().item<double>(), loss.item<float>(), 1e-3);
    }

    [Fact]
    public void A_trainer_trains_it_and_its_samples_are_the_data()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(0);
        using var model = new DitModel(new DitConfig { ImageSize = 4, PatchSize = 2, Channels = 1, Width = 32, Depth = 2, Heads = 2, Classes = 2 }, generator);
        var objective = DenoisingObjective.Edm();
        using var trainer = new DitTrainer(model, objective, new DitTrainerOptions
        {
            Optimizer = new AdamWOptions { LearningRate = 4e-3 }, EmaDecay = 0.95, Precision = Precision.Float32,
        });
        var labels = arange(64, ScalarType.Int64).remainder(2);                                             // [64]: 0, 1, 0, 1, ...
        var bright = (labels * 1.2 - 0.6).to(ScalarType.Float32).view(-1, 1, 1, 1);                         // [64, 1, 1, 1]: -0.6 or 0.6
        for (var step = 0; step < 200; step++)
        {
            using var batch = new Batch((bright + 0.05 * randn([64, 1, 4, 4], generator: generator)).DetachFromDisposeScope(), labels.alias().DetachFromDisposeScope());
            trainer.TrainStep(batch);
        }
        var samples = new EdmSampler(12).Sample(objective.Denoiser(trainer.EmaModel, labels), randn([64, 1, 4, 4], generator: generator));
        var error = (samples.mean([1, 2, 3]) - bright.view(-1)).abs().max().item<float>();
        Assert.True(error < 0.2, $"A sample is {error} from its class.");
    }

    [Fact]
    public void Preconditioning_on_another_path_or_of_another_prediction_is_refused()
    {
        var preconditioning = new EdmPreconditioning();
        Assert.Throws<ArgumentException>("Preconditioning",
            () => new DenoisingObjective(new RectifiedFlow(), Prediction.Sample, new UniformTimesteps()) { Preconditioning = preconditioning });
        Assert.Throws<ArgumentException>("Preconditioning",
            () => new DenoisingObjective(new EdmPath(), Prediction.Epsilon, new UniformTimesteps()) { Preconditioning = preconditioning });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Impossible_deviations_are_refused(double sigmaData)
    {
        Assert.Throws<ArgumentOutOfRangeException>(nameof(sigmaData), () => new EdmPreconditioning(sigmaData));
        Assert.Throws<ArgumentOutOfRangeException>(nameof(sigmaData), () => new EdmWeighting(sigmaData));
    }

    private static Tensor Call(Recording inner, double sigmaData, Tensor state, double t)
    {
        var (preconditioning, times) = (new EdmPreconditioning(sigmaData), full(1, t, ScalarType.Float64));
        return preconditioning.Output(state, times, inner.call(preconditioning.Input(state, times), new EdmPath().NetworkTime(times), null));
    }

    private static double Time(double s) => s / (1 + s);

    private static Tensor State(Tensor clean, Tensor noise, double t) => new EdmPath().Alpha(t) * clean + new EdmPath().Sigma(t) * noise;

    private sealed class Recording() : nn.Module<Tensor, Tensor, Tensor?, Tensor>(nameof(Recording))
    {
        public double Gain { get; init; } = 0.7;

        public Tensor? Input { get; private set; }

        public Tensor? Time { get; private set; }

        public Tensor Answer(Tensor x) => Gain * (x + x * x);

        public override Tensor forward(Tensor x, Tensor t, Tensor? y)
        {
            (Input, Time) = (x.clone().MoveToOuterDisposeScope(), t.clone().MoveToOuterDisposeScope());
            return Answer(x);
        }
    }
}
