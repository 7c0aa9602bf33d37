using Dit.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Objectives;

public class DenoisingObjectiveTests
{
    private const ulong Seed = 11;

    /// The network says gain * x_t, so with the same draws the loss is the mean of (gain x_t - (eps - x_0))^2.
    [Fact]
    public void Loss_is_the_mean_squared_error_of_the_velocity()
    {
        using var scope = NewDisposeScope();
        var images = linspace(-1, 1, 3 * 4).view(3, 1, 2, 2);
        var network = new LabelNetwork { Gain = 0.5 };
        var loss = Objective(new Fixed(0.25f, 0.5f, 1)).Loss(network, images, labels: null, new Generator(Seed));

        var x0 = images.data<float>().ToArray();
        var eps = randn([3, 1, 2, 2], generator: new Generator(Seed)).data<float>().ToArray();
        double[] times = [0.25, 0.5, 1];
        var expected = Enumerable.Range(0, 12).Average(i =>
        {
            var t = times[i / 4];
            var error = 0.5 * ((1 - t) * x0[i] + t * eps[i]) - (eps[i] - x0[i]);
            return error * error;
        });
        Assert.Equal(expected, loss.item<float>(), 1e-5);
        Assert.Equal(ScalarType.Float32, loss.dtype);
        Assert.Empty(loss.shape);
        Assert.Equal([250f, 500f, 1000f], network.Times[0]);
    }

    [Fact]
    public void A_network_that_knows_the_answer_has_no_loss()
    {
        using var scope = NewDisposeScope();
        var loss = Objective(new UniformTimesteps()).Loss(new PointOracle(), full([8, 1, 2, 2], 0.5), labels: null, new Generator(Seed));
        Assert.Equal(0, loss.item<float>(), 1e-6);
    }

    [Fact]
    public void Labels_and_gradients_go_through_the_network()
    {
        using var scope = NewDisposeScope();
        var network = new LabelNetwork();
        var images = zeros(2, 1, 2, 2).requires_grad_();
        Objective(new UniformTimesteps()).Loss(network, images, tensor(new long[] { 3, 1 }), new Generator(Seed)).backward();
        Assert.Equal([3L, 1L], network.Labels[0]);
        Assert.True(images.grad!.abs().sum().item<float>() > 0);
    }

    [Fact]
    public void One_seed_gives_the_same_loss_and_leaves_the_global_random_state_alone()
    {
        using var scope = NewDisposeScope();
        var images = randn(4, 1, 2, 2);
        manual_seed(1);
        var expected = randn(3);
        manual_seed(1);
        var losses = Enumerable.Range(0, 2).Select(_ => Objective(new LogitNormalTimesteps()).Loss(new LabelNetwork(), images, null, new Generator(Seed)).item<float>());
        Assert.Single(losses.Distinct());
        Approximately.Equal(expected, randn(3), 0);
    }

    [Fact]
    public void Only_the_loss_stays()
    {
        using var images = randn(4, 1, 2, 2);
        using var network = new LabelNetwork();
        using var generator = new Generator(Seed);
        using (no_grad())
        {
            var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
            using (Objective(new LogitNormalTimesteps()).Loss(network, images, null, generator))
                Assert.Equal(before + 1, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
        }
    }

    [Fact]
    public void Bad_input_is_refused_by_name()
    {
        using var scope = NewDisposeScope();
        var objective = Objective(new UniformTimesteps());
        var error = Assert.Throws<ArgumentException>("images", () => objective.Loss(new LabelNetwork(), zeros(3, 4), null));
        Assert.Contains("[3, 4]", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("model", () => objective.Loss(new Doubling(), zeros(2, 1, 2, 2), null));
        Assert.Throws<ArgumentException>("labels", () => objective.Denoiser(new LabelNetwork(), zeros(3), nullClass: null));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DenoisingObjective(new RectifiedFlow(), default, new UniformTimesteps()) { TimeScale = 0 });
    }

    [Fact]
    public void Labels_are_held_against_the_model()
    {
        using var scope = NewDisposeScope();
        var objective = Objective(new UniformTimesteps());
        var config = new DitConfig { ImageSize = 4, PatchSize = 2, Channels = 1, Width = 8, Depth = 1, Heads = 2, Classes = 3 };
        using var model = new DitModel(config);
        using var plain = new DitModel(config with { Classes = 0 });
        using var strict = new DitModel(config with { LabelDropout = 0 });
        var error = Assert.ThrowsAny<ArgumentException>(() => objective.Denoiser(model, tensor(new long[] { 0, 3 })));
        Assert.Contains("0 to 2", error.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => objective.Denoiser(model, tensor(new long[] { -1 })));
        Assert.ThrowsAny<ArgumentException>(() => objective.Denoiser(model, zeros(2)));
        Assert.ThrowsAny<ArgumentException>(() => objective.Denoiser(plain, tensor(new long[] { 0 })));
        Assert.ThrowsAny<ArgumentException>(() => objective.Denoiser(strict));
        Assert.Equal(3, objective.Denoiser(model).NullClass);
        Assert.Null(objective.Denoiser(strict, tensor(new long[] { 2 })).NullClass);
    }

    private static DenoisingObjective Objective(ITimestepSampler timesteps) => new(new RectifiedFlow(), Prediction.FlowVelocity, timesteps);

    private sealed class Fixed(params float[] times) : ITimestepSampler
    {
        public Tensor Sample(long count, Device device, Generator? generator = null) => tensor(times, device: device);
    }

    /// <summary>The exact answer for data that is 0.5 everywhere: eps - x_0 = (x_t - x_0) / t.</summary>
    private sealed class PointOracle() : nn.Module<Tensor, Tensor, Tensor?, Tensor>(nameof(PointOracle))
    {
        public override Tensor forward(Tensor x, Tensor t, Tensor? y) => (x - 0.5) / (t / 1000).view(-1, 1, 1, 1);
    }

    private sealed class Doubling() : nn.Module<Tensor, Tensor, Tensor?, Tensor>(nameof(Doubling))
    {
        public override Tensor forward(Tensor x, Tensor t, Tensor? y) => cat([x, x], 1);
    }
}
