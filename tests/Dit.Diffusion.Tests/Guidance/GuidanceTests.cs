using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Guidance;

public class GuidanceTests
{
    private const long Null = 10;
    private readonly LabelNetwork _network = new();
    private readonly Tensor _labels = tensor(new long[] { 2, 5 });
    private readonly Tensor _x = linspace(-1, 1, 8).view(2, 1, 2, 2);

    [Fact]
    public void Scale_1_is_the_conditional_network_at_its_own_cost()
    {
        using var scope = NewDisposeScope();
        Approximately.Equal(Conditional().Predict(_x, 0.5), Conditional().Guided(1).Predict(_x, 0.5), 0);
        Assert.All(_network.Labels, labels => Assert.Equal([2L, 5L], labels));
    }

    [Fact]
    public void Both_halves_are_one_batch_with_the_null_label_in_the_second()
    {
        using var scope = NewDisposeScope();
        Conditional().Guided(4).Predict(_x, 0.5);
        Assert.Equal([2L, 5L, Null, Null], Assert.Single(_network.Labels));
        Assert.Equal([500f, 500f, 500f, 500f], _network.Times[0]);
    }

    /// The network answers x + label, so the guided answer is x + null + scale (label - null).
    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(4)]
    public void Guidance_is_linear_in_its_scale(double scale)
    {
        using var scope = NewDisposeScope();
        var expected = _x + Null + scale * (_labels.to(ScalarType.Float32).view(-1, 1, 1, 1) - Null);
        var guided = Conditional().Guided(scale);
        Approximately.Equal(expected, guided.Predict(_x, 0.25), 1e-5);
        Approximately.Equal(_x - 0.25 * expected, guided.Clean(_x, 0.25), 1e-5);
    }

    [Fact]
    public void Only_the_first_channels_are_guided_if_one_says_so()
    {
        using var scope = NewDisposeScope();
        var x = linspace(-1, 1, 32).view(2, 4, 2, 2);
        var label = _labels.to(ScalarType.Float32).view(-1, 1, 1, 1);
        var expected = cat([x.narrow(1, 0, 3) + Null + 4 * (label - Null), x.narrow(1, 3, 1) + label], dim: 1);
        Approximately.Equal(expected, Conditional().Guided(4, channels: 3).Predict(x, 0.5), 1e-5);
        Approximately.Equal(x + Null + 4 * (label - Null), Conditional().Guided(4, channels: 4).Predict(x, 0.5), 1e-5);
        Assert.Throws<ArgumentOutOfRangeException>("Channels", () => Conditional().Guided(4, channels: 0));
    }

    [Theory]
    [InlineData(0.2, 1)]
    [InlineData(0.5, 2)]                                     // the interval is open below and closed above
    [InlineData(0.7, 2)]
    [InlineData(0.8, 1)]
    public void Outside_its_interval_the_unconditional_half_is_not_computed(double t, int halves)
    {
        using var scope = NewDisposeScope();
        var answer = Conditional().Guided(new() { Scale = 4, Interval = (0.4, 0.7) }).Predict(_x, t);
        var label = _labels.to(ScalarType.Float32).view(-1, 1, 1, 1);
        Approximately.Equal(halves == 1 ? _x + label : _x + Null + 4 * (label - Null), answer, 1e-5);
        Assert.Equal(2 * halves, Assert.Single(_network.Labels).Length);
    }

    [Fact]
    public void Two_passes_give_what_one_does()
    {
        using var scope = NewDisposeScope();
        Approximately.Equal(Conditional().Guided(4).Predict(_x, 0.5), Conditional().Guided(new() { Scale = 4, TwoPasses = true }).Predict(_x, 0.5), 0);
        Assert.Equal([4, 2, 2], _network.Labels.Select(labels => labels.Length));
    }

    [Fact]
    public void Each_sample_may_have_its_own_scale()
    {
        using var scope = NewDisposeScope();
        var label = _labels.to(ScalarType.Float32).view(-1, 1, 1, 1);
        var scales = tensor(new[] { 1f, 3f }).view(-1, 1, 1, 1);
        Approximately.Equal(_x + Null + scales * (label - Null), Conditional().Guided(new() { SampleScales = [1, 3] }).Predict(_x, 0.5), 1e-5);
        Assert.Throws<ArgumentException>(() => Conditional().Guided(new() { SampleScales = [1, 3, 5] }));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Rescaling_brings_the_deviation_back(double rescale)
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 3, 8, 8);
        var deviations = Objective.Denoiser(new Amplifier(), _labels, Null).Guided(new() { Scale = 4, Rescale = rescale }).Predict(x, 0.5).flatten(1).std(1);
        var conditional = (x * (1 + _labels.view(-1, 1, 1, 1))).flatten(1).std(1);
        var strong = (x * (1 + Null + 4 * (_labels - Null)).view(-1, 1, 1, 1)).flatten(1).std(1);
        Approximately.Equal(strong + rescale * (conditional - strong), deviations, 1e-3);
    }

    [Fact]
    public void The_unconditional_prediction_is_fitted_to_the_conditional_one()
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 3, 8, 8);
        var denoiser = Objective.Denoiser(new Amplifier(), _labels, Null);                 // both halves are multiples of x: fitted they are equal
        Approximately.Equal(denoiser.Predict(x, 0.5), denoiser.Guided(new() { Scale = 4, FitsUnconditional = true }).Predict(x, 0.5), 1e-3);
    }

    [Fact]
    public void The_first_steps_may_stand_still()
    {
        using var scope = NewDisposeScope();
        var denoiser = Conditional().Guided(new() { Scale = 4, ZeroAbove = 0.96 });
        Approximately.Equal(zeros_like(_x), denoiser.Velocity(_x, 0.97), 0);
        Assert.Empty(_network.Labels);
        denoiser.Velocity(_x, 0.96);
        Assert.Single(_network.Labels);
        var epsilon = new DenoisingObjective(new RectifiedFlow(), Prediction.Epsilon, new UniformTimesteps()).Denoiser(_network, _labels, Null);
        Assert.Throws<ArgumentException>(() => epsilon.Guided(new() { ZeroAbove = 0.96 }));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        GuidanceOptions[] wrong =
        [
            new() { SampleScales = [1, -1] }, new() { Interval = (0.5, 0.5) }, new() { Interval = (-0.1, 1) }, new() { Interval = (0, 1.1) }, new() { Rescale = 1.1 },
            new() { ZeroAbove = 0 },
        ];
        Assert.All(wrong, options => Assert.Throws<ArgumentOutOfRangeException>(() => Conditional().Guided(options)));
    }

    [Fact]
    public void Autoguidance_goes_away_from_the_worse_model()
    {
        using var scope = NewDisposeScope();
        using var worse = new LabelNetwork { Gain = 3 };
        var bad = Objective.Denoiser(worse, _labels, nullClass: null);
        var good = Objective.Denoiser(_network, _labels, nullClass: null);
        var label = _labels.to(ScalarType.Float32).view(-1, 1, 1, 1);
        Approximately.Equal(3 * _x + label + 2 * (-2 * _x), good.AutoGuided(bad, 2).Predict(_x, 0.5), 1e-5);
        Approximately.Equal(good.Predict(_x, 0.5), good.AutoGuided(bad, 1).Predict(_x, 0.5), 0);
        var other = new DenoisingObjective(new RectifiedFlow(), Prediction.Epsilon, new UniformTimesteps()).Denoiser(worse, _labels, nullClass: null);
        Assert.Throws<ArgumentException>("worse", () => good.AutoGuided(other, 2));
        Assert.Throws<ArgumentOutOfRangeException>("scale", () => good.AutoGuided(bad, -1));
    }

    [Fact]
    public void Models_that_cannot_be_guided_are_refused_at_construction()
    {
        var withoutNull = Assert.Throws<InvalidOperationException>(() => Objective.Denoiser(_network, _labels, nullClass: null).Guided(2));
        Assert.Contains("LabelDropout", withoutNull.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Objective.Denoiser(_network, labels: null, Null).Guided(2));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Impossible_scales_are_refused(double scale) =>
        Assert.Throws<ArgumentOutOfRangeException>("Scale", () => Conditional().Guided(scale));

    [Fact]
    public void The_number_of_labels_is_that_of_the_noise()
    {
        using var noise = randn(3, 1, 2, 2);
        var error = Assert.Throws<ArgumentException>(() => new EulerSampler(2).Sample(Conditional(), noise));
        Assert.Contains("2 labels for a batch of shape [3, 1, 2, 2]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sampling_evaluates_without_dropout_and_restores_every_modules_mode()
    {
        _network.train();
        _network.Frozen.eval();
        Conditional().Guided(2).Predict(_x, 0.5).Dispose();
        Assert.All(_network.Training, Assert.False);
        Assert.True(_network.training && _network.Dropout.training && !_network.Frozen.training);

        _network.eval();
        Conditional().Predict(_x, 0.5).Dispose();
        Assert.False(_network.training || _network.Dropout.training);
    }

    [Fact]
    public void A_graph_is_built_only_for_a_state_that_asks_for_one()
    {
        using var scope = NewDisposeScope();
        Assert.False(Conditional().Guided(2).Velocity(_x, 0.5).requires_grad);
        var x = _x.detach().requires_grad_();
        var velocity = Conditional().Guided(2).Velocity(x, 0.5);
        velocity.sum().backward();                                     // the network answers x + label: both halves' derivative is 1
        Approximately.Equal(ones_like(_x), x.grad!, 1e-6);
    }

    private static DenoisingObjective Objective => new(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps());

    private NetworkDenoiser Conditional() => Objective.Denoiser(_network, _labels, Null);
}
