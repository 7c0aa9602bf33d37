using Dit.Diffusion.Tests.Schedules;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Weightings;

public class LossWeightingTests
{
    private static readonly ILossWeighting[] Weightings =
    [
        new ConstantWeighting(), new MinSnrWeighting(), new MinSnrWeighting(1), new SoftMinSnrWeighting(), new P2Weighting(), new P2Weighting(0.5, 2),
        new EdmWeighting(), new VelocityWeighting(), new LikelihoodWeighting(), new InverseVarianceWeighting(), new CosMapWeighting(),
    ];

    private static readonly double[] Times = [0.02, 0.1, 0.3, 0.5, 0.62, 0.94];

    public static TheoryData<string> Schedules => [.. AllSchedules.Names];

    [Fact]
    public void Every_weighting_is_tested() => Assert.Empty(
        typeof(ILossWeighting).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(ILossWeighting)) && !type.IsAbstract)
            .Except(Weightings.Select(weighting => weighting.GetType())));

    [Theory, MemberData(nameof(Schedules))]
    public void Weights_are_finite_between_the_ends(string name)
    {
        using var scope = NewDisposeScope();
        var path = Path(name, ScalarType.Float32);
        foreach (var weighting in Weightings)
        {
            foreach (var prediction in Enum.GetValues<Prediction>())
            {
                var weights = weighting.Weight(path, prediction);
                Assert.Equal([Times.Length, 1L, 1L, 1L], weights.shape);
                Assert.True((weights.isfinite() & (weights > 0)).all().item<bool>(), $"{weighting} on {prediction}");
            }
        }
    }

    /// One error of the data, seen as that of every prediction.
    [Theory, MemberData(nameof(Schedules))]
    public void Weighted_errors_do_not_depend_on_what_is_predicted(string name)
    {
        using var scope = NewDisposeScope();
        var path = Path(name, ScalarType.Float64);
        var state = full([Times.Length, 1, 1, 1], 0.3, ScalarType.Float64);
        var (right, wrong) = (full_like(state, 0.5), full_like(state, 0.9));
        foreach (var weighting in Weightings.OfType<DataWeighting>())
        {
            var expected = weighting.Weight(path, Prediction.Sample) * (right - wrong).square();
            foreach (var prediction in Enum.GetValues<Prediction>())
            {
                Tensor Said(Tensor clean) => Prediction.Sample.Convert(prediction, path, state, clean);
                var actual = weighting.Weight(path, prediction) * (Said(right) - Said(wrong)).square();
                Assert.InRange(((actual - expected) / expected).abs().max().item<double>(), 0, 1e-8);
            }
        }
    }

    /// The formulas of the papers, on a path with alpha^2 + sigma^2 = 1.
    [Theory]
    [InlineData("cosine")]
    [InlineData("trigonometric")]
    [InlineData("variance preserving")]
    public void Formulas_are_those_of_the_papers(string name)
    {
        using var scope = NewDisposeScope();
        var path = Path(name, ScalarType.Float64);
        var snr = (path.Alpha / path.Sigma).square();
        var five = full_like(snr, 5);
        Check(minimum(snr, five) / snr, new MinSnrWeighting(5), Prediction.Epsilon);
        Check(minimum(snr, five), new MinSnrWeighting(5), Prediction.Sample);
        Check(minimum(snr, five) / (snr + 1), new MinSnrWeighting(5), Prediction.V);
        Check(1 / (1 / snr + 0.25), new SoftMinSnrWeighting(4), Prediction.Sample);                        // 1 / (s^2 + 0.5^2)
        Check((2 + snr).pow(-0.5), new P2Weighting(0.5, 2), Prediction.Epsilon);
        Check((1 / snr + 0.25) / (0.25 / snr), new EdmWeighting(0.5), Prediction.Sample);
        var lambda = path.Sigma * path.SigmaDerivative - path.AlphaDerivative / path.Alpha * path.Sigma.square();
        Check((lambda / path.Sigma).square(), new VelocityWeighting(), Prediction.Epsilon);
        Check(ones_like(snr), new VelocityWeighting(), Prediction.FlowVelocity);
        Check(lambda / path.Sigma.square(), new LikelihoodWeighting(), Prediction.Epsilon);
        Check(lambda, new LikelihoodWeighting(), Prediction.Score);

        void Check(Tensor expected, ILossWeighting weighting, Prediction prediction) =>
            Assert.InRange((weighting.Weight(path, prediction) / expected - 1).abs().max().item<double>(), 0, 1e-9);
    }

    [Fact]
    public void Weights_that_can_be_finite_at_the_ends_are()
    {
        using var scope = NewDisposeScope();
        var ends = new RectifiedFlow().At(tensor(new[] { 0f, 1f }));
        foreach (var weighting in new ILossWeighting[] { new MinSnrWeighting(), new SoftMinSnrWeighting(), new VelocityWeighting(), new CosMapWeighting() })
            Assert.True(weighting.Weight(ends, Prediction.FlowVelocity).isfinite().all().item<bool>(), $"{weighting}");
        var zeroTerminal = DiscreteSchedule.Linear().WithZeroTerminalSnr().At(ones(1));
        foreach (var weighting in Weightings) Assert.True(weighting.Weight(zeroTerminal, Prediction.V).isfinite().all().item<bool>(), $"{weighting}");
    }

    [Fact]
    public void Impossible_weights_are_refused()
    {
        foreach (var gamma in new[] { 0, -1, double.NaN, double.PositiveInfinity })
        {
            Assert.Throws<ArgumentOutOfRangeException>("gamma", () => new MinSnrWeighting(gamma));
            Assert.Throws<ArgumentOutOfRangeException>("gamma", () => new SoftMinSnrWeighting(gamma));
        }
        Assert.Throws<ArgumentOutOfRangeException>("gamma", () => new P2Weighting(-1));
        Assert.Throws<ArgumentOutOfRangeException>("k", () => new P2Weighting(1, 0));
    }

    private static PathCoefficients Path(string name, ScalarType type) => AllSchedules.Get(name).At(tensor(Times).to(type).view(-1, 1, 1, 1));
}
