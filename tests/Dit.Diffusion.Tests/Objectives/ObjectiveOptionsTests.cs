using Dit.Core;
using Dit.Tests;
using Dit.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Objectives;

public sealed class ObjectiveOptionsTests
{
    private static readonly ITimestepSampler Times = new UniformTimesteps();

    public static TheoryData<string, Func<DenoisingObjective>> Forbidden => new()
    {
        { "zero SNR, noise", () => new(DiscreteSchedule.Linear().WithZeroTerminalSnr(), Prediction.Epsilon, Times) },
        { "zero SNR, score", () => new(DiscreteSchedule.Linear().WithZeroTerminalSnr(), Prediction.Score, Times) },
        { "bound without steps", () => new(new RectifiedFlow(), Prediction.Epsilon, Times) { Bound = BoundLoss.Hybrid } },
        { "nothing to learn", () => new(DiscreteSchedule.Linear(), Prediction.Epsilon, Times) { Bound = BoundLoss.Hybrid, FixedVariance = StepVariance.Forward } },
        { "bound and pairs", () => new(DiscreteSchedule.Linear(), Prediction.Epsilon, Times) { Bound = BoundLoss.Hybrid, Coupling = new OptimalCoupling() } },
        { "pairs and bound", () => new(DiscreteSchedule.Linear(), Prediction.Epsilon, Times) { Coupling = new OptimalCoupling(), Bound = BoundLoss.Hybrid } },
        { "score of pairs", () => new(new RectifiedFlow(), Prediction.Score, Times) { Coupling = new OptimalCoupling() } },
        { "noise of a bridge", () => new(new RectifiedFlow(), Prediction.Epsilon, Times) { Bridge = new BrownianBridge(1) } },
        { "bridge elsewhere", () => new(new RectifiedFlow(), Prediction.FlowVelocity, Times) { Bridge = new BrownianBridge(1), LossSpace = Prediction.Sample } },
        { "error of a score", () => new(new RectifiedFlow(), Prediction.Score, Times) { LossSpace = Prediction.Score } },
        { "bridge without sigma", () => FlowMatching.SchroedingerBridge(0) },
        { "negative sigma", () => FlowMatching.Independent(-1) },
        { "sigma of 1", () => FlowMatching.Target(1) },
        { "threshold", () => new(new RectifiedFlow(), Prediction.FlowVelocity, Times) { Error = ErrorMeasure.Huber(0) } },
        { "divisor", () => new(new RectifiedFlow(), Prediction.Sample, Times) { SmallestDivisor = 0 } },
        { "unknown bound", () => new(DiscreteSchedule.Linear(), Prediction.Epsilon, Times) { Bound = (BoundLoss)9 } },
        { "infinite at the noise", () => new(new InfiniteAtNoise(), Prediction.FlowVelocity, Times) },
    };

    [Theory, MemberData(nameof(Forbidden))]
    public void What_mathematics_forbids_is_refused_at_construction(string what, Func<DenoisingObjective> make)
    {
        var error = Assert.ThrowsAny<ArgumentException>(make);
        Assert.True(error.Message.Length > 40, $"{what}: {error.Message}");
    }

    public static TheoryData<string, DenoisingObjective, int> Losses
    {
        get
        {
            var data = new TheoryData<string, DenoisingObjective, int>
            {
                { "DiT", DenoisingObjective.OfficialDit(), 2 },
                { "panda", DenoisingObjective.Panda(), 1 },
                { "JiT", DenoisingObjective.Jit(), 1 },
                { "I-CFM", FlowMatching.Independent(0.1), 1 },
                { "FM", FlowMatching.Target(0.1), 1 },
                { "OT-CFM", FlowMatching.OptimalTransport(0.1), 1 },
                { "SB-CFM", FlowMatching.SchroedingerBridge(), 1 },
                { "VP-CFM", FlowMatching.VariancePreserving(), 1 },
                { "KL", new(DiscreteSchedule.Linear(), Prediction.Sample, Times) { Bound = BoundLoss.RescaledFull, FixedVariance = StepVariance.Forward }, 1 },
                { "zero SNR", new(DiscreteSchedule.Linear().WithZeroTerminalSnr(), Prediction.V, Times) { Bound = BoundLoss.Hybrid }, 2 },
                { "extras", new(new RectifiedFlow(), Prediction.FlowVelocity, Times) { Auxiliary = [new ContrastiveFlowLoss(), new CosineLoss()] }, 1 },
                { "Huber", new(new RectifiedFlow(), Prediction.FlowVelocity, Times) { Error = ErrorMeasure.Huber() }, 1 },
            };
            foreach (var prediction in Enum.GetValues<Prediction>())
            {
                foreach (INoiseSchedule path in (INoiseSchedule[])[new RectifiedFlow(), new TrigonometricPath(), new VariancePreserving(), DiscreteSchedule.Cosine()])
                {
                    data.Add($"{prediction} on {path.GetType().Name}", new(path, prediction, Times), 1);
                    foreach (var space in Enum.GetValues<Prediction>().Where(space => space != Prediction.Score))
                        data.Add($"{prediction} as {space} on {path.GetType().Name}", new(path, prediction, Times) { LossSpace = space }, 1);
                }
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Losses))]
    public void Losses_and_gradients_are_finite_up_to_the_ends(string name, DenoisingObjective objective, int channels)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        Tensor Draw(int factor = 1) => randn([6, 2 * factor, 4, 4], generator: generator);
        var t = tensor(new[] { 0f, 1e-9f, 1e-5f, 0.5f, 1 - 6e-8f, 1f });
        var output = Draw(channels).requires_grad_();
        var loss = objective.Loss(new FixedNetwork(output), Draw(), null, t, Draw(), objective.Bridge is null ? null : Draw());
        loss.backward();
        Assert.True(double.IsFinite(loss.item<float>()), $"{name}: {loss.item<float>()}");
        Assert.True(output.grad!.isfinite().all().item<bool>(), $"{name}: the gradient is not finite");
        Assert.True(loss.item<float>() > -10 && loss.item<float>() < 1e9, $"{name}: {loss.item<float>()}");
    }

    /// Whatever is compared, a network that knows the answer has no loss.
    [Theory, MemberData(nameof(Losses))]
    public void A_network_that_knows_the_answer_has_no_error(string name, DenoisingObjective objective, int channels)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        Tensor Draw() => randn([4, 2, 4, 4], generator: generator);
        var (x0, noise, bridge, t) = (Draw(), Draw(), objective.Bridge is null ? null : Draw(), tensor(new[] { 0.01f, 0.3f, 0.7f, 0.99f }));
        var answer = zeros(4, 2 * channels, 4, 4).requires_grad_();
        // The first loss finds the target: for a squared error its gradient says it, and the second is at its minimum.
        var terms = objective.Terms(new FixedNetwork(answer), x0, null, t, noise, bridge);
        if (terms.Error is null || objective.Error != ErrorMeasure.Mse) return;
        terms.Error.sum().backward();
        var curvature = Curvature(objective, x0, noise, bridge, t, channels);
        var minimum = (-answer.grad! / curvature).nan_to_num(0);
        var error = objective.Terms(new FixedNetwork(minimum), x0, null, t, noise, bridge).Error!;
        Assert.True(error.abs().max().item<float>() < 1e-3 * Math.Max(1, terms.Error.abs().max().item<float>()), $"{name}: {error.max().item<float>()}");
    }

    /// JiT: v = (x_t - x) / max(t, 0.05) of the predicted and of the true data.
    [Fact]
    public void A_prediction_of_the_data_is_compared_as_velocity()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4);
        Tensor Draw() => randn([3, 2, 4, 4], generator: generator);
        var (x0, noise, output, t) = (Draw(), Draw(), Draw(), tensor(new[] { 0.01f, 0.2f, 0.9f }));
        var column = t.view(-1, 1, 1, 1);
        var noisy = (1 - column) * x0 + column * noise;
        Tensor Velocity(Tensor data) => (noisy - data) / column.clamp_min(0.05);
        var expected = (Velocity(output) - Velocity(x0)).square().mean();
        Approximately.Equal(expected, DenoisingObjective.Jit().Loss(new FixedNetwork(output), x0, null, t, noise), 1e-4);
    }

    [Fact]
    public void Errors_are_what_torch_says()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (linspace(-3, 3, 25), linspace(1, 2, 25));
        Approximately.Equal(nn.functional.mse_loss(a, b), ErrorMeasure.Mse.Of(a, b).mean());
        Approximately.Equal(nn.functional.l1_loss(a, b), ErrorMeasure.L1.Of(a, b).mean());
        Approximately.Equal(nn.functional.huber_loss(a, b, 0.7), ErrorMeasure.Huber(0.7).Of(a, b).mean());
    }

    /// The library's weighting for velocities is the comparison of velocities, for a squared error.
    [Fact]
    public void Weighting_multiplies_each_images_error()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4);
        Tensor Draw() => randn([3, 2, 4, 4], generator: generator);
        var (x0, noise, output, t) = (Draw(), Draw(), new FixedNetwork(Draw()), tensor(new[] { 0.2f, 0.5f, 0.8f }));
        Tensor Errors(DenoisingObjective objective) => objective.Terms(output, x0, null, t, noise).Error!;
        var weighted = Errors(new(new TrigonometricPath(), Prediction.Epsilon, Times) { Weighting = new VelocityWeighting() });
        var compared = Errors(new(new TrigonometricPath(), Prediction.Epsilon, Times) { LossSpace = Prediction.FlowVelocity });
        Approximately.Equal(compared, weighted, 1e-4);
        Approximately.Equal(Errors(new(new TrigonometricPath(), Prediction.Epsilon, Times)), Errors(new(new TrigonometricPath(), Prediction.Epsilon, Times) { Weighting = new ConstantWeighting() }));
    }

    [Fact]
    public void Times_that_learn_are_told_the_losses_and_weigh_them()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4);
        var times = new Attentive();
        var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, times);
        var images = randn([3, 2, 4, 4], generator: generator);
        var loss = objective.Loss(new LabelNetwork(), images, null, generator);
        Approximately.Equal(times.Observed!.mean() * 3, loss, 1e-5);
    }

    [Fact]
    public void Nothing_is_kept_over_a_hundred_losses()
    {
        using var model = new DitModel(new DitConfig { ImageSize = 8, PatchSize = 2, Channels = 2, Width = 16, Depth = 2, Heads = 2, Classes = 4, LearnedVariance = false });
        using var hybrid = new DitModel(model.Config with { LearnedVariance = true });
        using var alignment = new RepresentationAlignmentLoss(0, 16, 6, batch => ones(batch.Clean.shape[0], 16, 6), 8);
        using var generator = new Generator(1);
        using var images = randn(6, 2, 8, 8);
        using var labels = arange(6, ScalarType.Int64).remainder(4).DetachFromDisposeScope();
        ITrainingObjective[] objectives =
        [
            FlowMatching.OptimalTransport(0.1), FlowMatching.SchroedingerBridge(), DenoisingObjective.Jit(), new ShortcutObjective(mostSteps: 8),
            new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, Times)
            {
                Weighting = new MinSnrWeighting(), Auxiliary = [new DispersiveLoss(0), new DispersiveLoss(1), new ContrastiveFlowLoss(), new CosineLoss(), alignment],
            },
        ];
        Round();                                                                    // what devices and modules set up once
        Memory.Settle();
        var (tensors, bytes) = (LiveTensors, Engine.Memory().LiveBytes);
        for (var round = 0; round < 20; round++) Round();
        Assert.Equal(tensors, LiveTensors);
        Assert.InRange(Engine.Memory().LiveBytes, 0, bytes + 1024);

        void Round()
        {
            foreach (var objective in objectives) Step(model, objective);
            Step(hybrid, DenoisingObjectiveCache);
        }

        void Step(DitModel trained, ITrainingObjective objective)
        {
            using var loss = objective.Loss(trained, images, labels, generator);
            loss.backward();
            trained.zero_grad();
            alignment.Projector.zero_grad();
        }
    }

    [Fact]
    public void Times_noise_and_shapes_are_checked()
    {
        using var scope = NewDisposeScope();
        var (objective, network, images) = (FlowMatching.Independent(), new LabelNetwork(), zeros(2, 1, 4, 4));
        Assert.Throws<ArgumentException>("t", () => objective.Loss(network, images, null, zeros(3), images));
        Assert.Throws<ArgumentException>("noise", () => objective.Loss(network, images, null, zeros(2), zeros(2, 1, 4, 5)));
        Assert.Throws<ArgumentException>("bridgeNoise", () => objective.Loss(network, images, null, zeros(2), images, images));
        Assert.Throws<ArgumentException>("bridgeNoise", () => FlowMatching.SchroedingerBridge().Loss(network, images, null, zeros(2), images));
        var error = Assert.Throws<ArgumentException>("model", () => DenoisingObjective.OfficialDit().Loss(network, images, null));
        Assert.Contains("LearnedVariance = true", error.Message, StringComparison.Ordinal);
    }

    private static readonly DenoisingObjective DenoisingObjectiveCache = DenoisingObjective.OfficialDit();

    private static long LiveTensors => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    /// <summary>The second derivative of each image's error, from the gradient's change.</summary>
    private static Tensor Curvature(DenoisingObjective objective, Tensor x0, Tensor noise, Tensor? bridge, Tensor t, int channels)
    {
        Tensor Gradient(double at)
        {
            var output = full([4, 2 * channels, 4, 4], at).to(float32).requires_grad_();
            objective.Terms(new FixedNetwork(output), x0, null, t, noise, bridge).Error!.sum().backward();
            return output.grad!;
        }
        return (Gradient(1) - Gradient(-1)) / 2;
    }

    private sealed class Attentive : ILossAwareTimesteps
    {
        public Tensor? Observed { get; private set; }

        public Tensor Sample(long count, Device device, Generator? generator = null) => full(count, 0.5f);

        public Tensor Weights(Tensor t) => full_like(t, 3);

        public void Observe(Tensor t, Tensor losses)
        {
            Assert.False(losses.requires_grad);
            Observed = losses.clone().DetachFromDisposeScope();
        }
    }

    private sealed class InfiniteAtNoise : INoiseSchedule
    {
        public double Alpha(double t) => Math.Sqrt(1 - t);

        public double Sigma(double t) => Math.Sqrt(t);

        public double AlphaDerivative(double t) => -0.5 / Alpha(t);

        public double SigmaDerivative(double t) => 0.5 / Sigma(t);

        public double TimeFromLogSnr(double logSnr) => 1 / (1 + Math.Exp(logSnr));
    }
}
