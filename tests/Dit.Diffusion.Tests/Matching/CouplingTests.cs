using Dit.Tests;
using Dit.Diffusion.Tests.Objectives;
using Dit.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Matching;

public sealed class CouplingTests
{
    public static TheoryData<string, ICoupling> Couplings => new() { { "optimal", new OptimalCoupling() }, { "entropic", new EntropicCoupling(2) } };

    [Fact]
    public void Optimal_pairs_are_as_near_as_pairs_can_be()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        for (var trial = 0; trial < 10; trial++)
        {
            var (clean, noise) = (randn([6, 1, 2, 2], generator: generator), randn([6, 1, 2, 2], generator: generator));
            var best = Permutations(6).Min(order => Cost(clean, noise, tensor(order)));
            Assert.Equal(best, Cost(clean, noise, new OptimalCoupling().Pair(clean, noise)), 1e-5);
        }
    }

    /// Data is the permuted noise, moved a little: each image's noise is the one that it was made of.
    [Theory, MemberData(nameof(Couplings))]
    public void Noise_finds_its_data(string name, ICoupling coupling)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var noise = 20 * randn([8, 2, 3, 3], generator: generator);
        var order = randperm(8, generator: generator);
        var clean = noise.index_select(0, order) + 0.01;
        Assert.True(order.eq(coupling.Pair(clean, noise, generator)).all().item<bool>(), name);
    }

    /// Labels and images keep their places: the noise is what moves.
    [Theory, MemberData(nameof(Couplings))]
    public void Labels_follow_the_data(string name, ICoupling coupling)
    {
        using var scope = NewDisposeScope();
        var images = linspace(-30, 30, 6).view(-1, 1, 1, 1).expand(6, 1, 2, 2).contiguous();
        var labels = arange(6, ScalarType.Int64);
        var network = new FixedNetwork(zeros_like(images));
        var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new AtTheData()) { Coupling = coupling };
        objective.Loss(network, images, labels, new Generator(3));
        Approximately.Equal(images, network.Noisy!);                                // at t = 0 the state is the data itself
        Assert.True(labels.eq(network.Labels!).all().item<bool>(), name);
    }

    /// Pairs that are near make for smaller velocities: E|eps - x_0|^2 is what is minimised.
    [Fact]
    public void Transport_shortens_the_way()
    {
        using var scope = NewDisposeScope();
        var images = randn([32, 1, 2, 2], generator: new Generator(5));
        float Length(ICoupling? coupling) => new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps()) { Coupling = coupling }
            .Loss(new FixedNetwork(zeros_like(images)), images, null, new Generator(6)).item<float>();
        Assert.True(Length(new OptimalCoupling()) < 0.5 * Length(null));
        Assert.True(Length(new EntropicCoupling(0.5)) < 0.8 * Length(null));
    }

    /// Sinkhorn's plan has uniform sums; little blur makes it the permutation, much of it independence.
    [Fact]
    public void The_entropic_plan_lies_between_the_permutation_and_independence()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        var (clean, noise) = (randn([10, 3], generator: generator), randn([10, 3], generator: generator));
        Tensor Plan(double blur, int iterations)
        {
            var plan = new EntropicCoupling(blur, iterations).LogPlan(TransportCost.Of(clean, noise)).exp();
            return plan / plan.sum();
        }
        var middle = Plan(1, 500);
        Approximately.Equal(full(10, 0.1).to(float64), middle.sum(dim: 0), 1e-6);
        Approximately.Equal(full(10, 0.1).to(float64), middle.sum(dim: 1), 1e-6);
        Approximately.Equal(full([10, 10], 0.01).to(float64), Plan(1e6, 10), 1e-6);
        Assert.True(new OptimalCoupling().Pair(clean, noise).eq(Plan(0.005, 5000).argmax(1)).all().item<bool>());
    }

    [Fact]
    public void Draws_from_the_plan_are_as_frequent_as_the_plan_says()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        var (clean, noise) = (randn([4, 2], generator: generator), randn([4, 2], generator: generator));
        var coupling = new EntropicCoupling(2, iterations: 10);
        var plan = coupling.LogPlan(TransportCost.Of(clean, noise)).exp();
        var counts = zeros(4, 4, ScalarType.Float64);
        const int Draws = 1000;
        for (var i = 0; i < Draws; i++) counts += nn.functional.one_hot(coupling.Pair(clean, noise, generator), 4).to(float64);
        Approximately.Equal(plan / plan.sum(dim: 1).unsqueeze(1), counts / Draws, 0.07);
    }

    [FeatureFact(Feature.Autocast)]
    public void Casting_around_it_changes_no_pair()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        var (clean, noise) = (100 + randn([16, 64], generator: generator), randn([16, 64], generator: generator));
        var plain = new OptimalCoupling().Pair(clean, noise);
        using var cast = Autocast.Enter(DeviceType.CPU);
        Assert.True(plain.eq(new OptimalCoupling().Pair(clean, noise)).all().item<bool>());
    }

    [Fact]
    public void A_batch_that_is_not_finite_is_left_to_the_trainer()
    {
        using var scope = NewDisposeScope();
        var clean = full([3, 2], double.NaN).to(float32);
        Assert.Equal([0L, 1, 2], new OptimalCoupling().Pair(clean, zeros(3, 2)).data<long>());
        Assert.InRange(new EntropicCoupling(1).Pair(clean, zeros(3, 2)).max().item<long>(), 0, 2);
        Assert.Throws<ArgumentException>("noise", () => new OptimalCoupling().Pair(zeros(3, 2), zeros(4, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EntropicCoupling(0));
    }

    [Theory, InlineData(0), InlineData(0.1)]
    public void The_conditional_path_is_its_own_inverse(double smallest)
    {
        INoiseSchedule path = new ConditionalOptimalPath(smallest);
        foreach (var t in (double[])[0.01, 0.3, 0.999]) Assert.Equal(t, path.TimeFromLogSnr(path.LogSnr(t)), 1e-9);
        Assert.Equal((0.0, 1.0), (path.TimeFromLogSnr(double.PositiveInfinity), path.TimeFromLogSnr(double.NegativeInfinity)));
    }

    private static double Cost(Tensor clean, Tensor noise, Tensor order)
    {
        using var scope = NewDisposeScope();
        return (clean - noise.index_select(0, order)).square().sum().item<float>();
    }

    private static IEnumerable<long[]> Permutations(int n)
    {
        if (n == 0) return [[]];
        return Permutations(n - 1).SelectMany(shorter => Enumerable.Range(0, n).Select(at => (long[])[.. shorter[..at], n - 1, .. shorter[at..]]));
    }

    private sealed class AtTheData : ITimestepSampler
    {
        public Tensor Sample(long count, Device device, Generator? generator = null) => zeros(count);
    }
}
