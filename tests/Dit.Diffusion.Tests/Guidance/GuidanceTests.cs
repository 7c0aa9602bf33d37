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
        Assert.Throws<ArgumentOutOfRangeException>("channels", () => Conditional().Guided(4, channels: 0));
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
        Assert.Throws<ArgumentOutOfRangeException>(nameof(scale), () => Conditional().Guided(scale));

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
    public void No_graph_is_built()
    {
        using var scope = NewDisposeScope();
        var x = _x.detach().requires_grad_();
        Assert.False(Conditional().Guided(2).Velocity(x, 0.5).requires_grad);
        Assert.True((2 * x).requires_grad);
    }

    private static DenoisingObjective Objective => new(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps());

    private NetworkDenoiser Conditional() => Objective.Denoiser(_network, _labels, Null);
}
