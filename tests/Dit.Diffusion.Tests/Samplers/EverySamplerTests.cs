using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

/// <summary>What holds for every method of the assembly, those of the future included.</summary>
public class EverySamplerTests
{
    /// <summary>Methods whose samples depend on their batch, as they document.</summary>
    private static readonly Dictionary<string, string> Coupled = new()
    {
        [nameof(AdaptiveSampler)] = "A batch shares the steps of its most difficult sample: AdaptiveSamplerTests says how much that may change.",
    };

    public static TheoryData<string> All => EverySampler.Names;

    public static TheoryData<string> Uncoupled => [.. EverySampler.Of(typeof(ISampler)).Where(name => !Coupled.ContainsKey(name))];

    [Theory, MemberData(nameof(Uncoupled))]
    public void A_seed_gives_the_same_image_in_any_batch(string method)
    {
        using var scope = NewDisposeScope();
        ulong[] seeds = [11, 12, 13, 14, 15, 16, 17, 18];
        var denoiser = new GaussianDenoiser(0.5, 0.3);
        var all = Of(seeds);
        foreach (var count in (int[])[1, 3])
        {
            Approximately.Equal(all.narrow(0, 0, count), Of(seeds[..count]), 0);
            Approximately.Equal(all.narrow(0, 8 - count, count), Of(seeds[^count..]), 0);
        }
        Assert.InRange((all[0] - all[1]).abs().max().item<float>(), 0.01, 10);

        Tensor Of(ulong[] some)
        {
            var noise = new SeededNoise(some);
            return EverySampler.Make(method, 9, noise).Sample(denoiser, noise.Initial(1, 2, 3));
        }
    }

    /// <summary>SiT's mean leaves 0.04 of the noise in the images; others come closer.</summary>
    [Theory, MemberData(nameof(All))]
    public void The_exact_denoiser_of_a_few_points_gives_them_back(string method)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(9);
        var points = tensor([1f, 1f, 1f, -1f, -1f, 1f, -1f, -1f], [4, 1, 1, 2]);
        var denoiser = new PointsDenoiser(points);
        var noise = randn([64, 1, 1, 2], generator: generator);
        var samples = EverySampler.Make(method, 60, new GeneratorNoise(generator)).Sample(denoiser, noise);
        var (distance, which) = denoiser.Nearest(samples);
        Assert.InRange(distance.max().item<float>(), 0, 0.2);
        Assert.All(Enumerable.Range(0, 4), point => Assert.InRange(which.eq(point).sum().item<long>(), 6, 30));
    }

    [Theory, MemberData(nameof(All))]
    public void Tensors_do_not_pile_up_over_the_steps(string method)
    {
        using var noise = randn(2, 1, 4, 4);
        var before = LiveTensors;
        List<long> counts = [];
        foreach (var step in EverySampler.Make(method, 20).Steps(new GaussianDenoiser(0.5, 0.3), noise)) counts.Add(LiveTensors);
        Assert.Equal(before, LiveTensors);
        Assert.Equal(20, counts.Count);
        Assert.Single(counts.Skip(5).Distinct());                                    // a method with memory fills it at first
    }

    [Theory, MemberData(nameof(All))]
    public void Cancellation_is_seen_before_the_next_step(string method)
    {
        using var noise = randn(2, 1, 4, 4);
        using var never = new CancellationTokenSource();
        using var source = new CancellationTokenSource();
        var (whole, part) = (new Cancelling(never, int.MaxValue), new Cancelling(source, 4));
        EverySampler.Make(method, 12).Sample(whole, noise).Dispose();
        var before = LiveTensors;
        Assert.Throws<OperationCanceledException>(() => EverySampler.Make(method, 12).Sample(part, noise, source.Token));
        Assert.InRange(part.Evaluations, 4, whole.Evaluations / 2);
        Assert.Equal(before, LiveTensors);
    }

    private static long LiveTensors => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    private sealed class Cancelling(CancellationTokenSource source, int after) : Denoiser(new RectifiedFlow(), Prediction.FlowVelocity)
    {
        public int Evaluations { get; private set; }

        public override Tensor Predict(Tensor x, double t)
        {
            if (++Evaluations == after) source.Cancel();
            return -x;
        }
    }
}
