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
            var output = new EdmPreconditioning(inner, sigmaData).call(State(clean, noise, t), full(1, new EdmPath().NetworkTime(t), ScalarType.Float64), null);

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
        var network = new EdmPreconditioning(new Recording { Gain = 0 }, 0.5);
        var objective = new DenoisingObjective(new EdmPath(), Prediction.Sample, new UniformTimesteps());
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
            var c = full(1, new EdmPath().NetworkTime(t), ScalarType.Float64);
            var output = new EdmPreconditioning(inner, 1).call(State(clean, noise, t), c, null);
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

    [Fact]
    public void Inner_weights_are_the_outer_networks_parameters()
    {
        using var inner = nn.Linear(2, 2);
        using var network = new EdmPreconditioning(new Holder(inner));
        Assert.Equal(["network.inner.weight", "network.inner.bias"], network.named_parameters().Select(parameter => parameter.name));
        network.eval();
        Assert.False(inner.training);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Impossible_deviations_are_refused(double sigmaData)
    {
        Assert.Throws<ArgumentOutOfRangeException>(nameof(sigmaData), () => new EdmPreconditioning(new Recording(), sigmaData));
        Assert.Throws<ArgumentOutOfRangeException>(nameof(sigmaData), () => new EdmWeighting(sigmaData));
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

    private sealed class Holder : nn.Module<Tensor, Tensor, Tensor?, Tensor>
    {
        private readonly nn.Module inner;

        public Holder(nn.Module module) : base(nameof(Holder))
        {
            inner = module;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor t, Tensor? y) => x.alias();
    }
}
