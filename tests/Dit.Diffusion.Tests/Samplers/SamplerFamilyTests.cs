using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

/// <summary>What every sampler must do, on every path and with every prediction.</summary>
public class SamplerFamilyTests
{
    private static readonly Prediction[] KnownAtTheEnd = [Prediction.FlowVelocity, Prediction.V, Prediction.Sample];

    public static TheoryData<string> Samplers => Family.Names;

    [Theory, MemberData(nameof(Samplers))]
    public void Data_of_one_point_is_reached_exactly(string name)
    {
        using var noise = randn([2, 1, 3, 3], ScalarType.Float64);
        (INoiseSchedule Path, Prediction[] Predictions)[] all =
        [
            (new RectifiedFlow(), KnownAtTheEnd), (new EdmPath(), KnownAtTheEnd), (new TrigonometricPath(), KnownAtTheEnd),
            (DiscreteSchedule.ScaledLinear().WithZeroTerminalSnr(), [Prediction.V, Prediction.Sample]),
            (new VariancePreserving(), Enum.GetValues<Prediction>()), (DiscreteSchedule.Linear(), Enum.GetValues<Prediction>()),
        ];
        foreach (var (path, predictions) in all)
        {
            if (name.StartsWith("edm", StringComparison.Ordinal) && path is DiscreteSchedule { HasZeroTerminalSnr: true }) continue;  // its grid wants a largest ratio
            if (Family.Make(name, 1) is OdeSampler && path is not RectifiedFlow) continue;      // the velocity is constant on the straight path only
            foreach (var prediction in predictions)
                foreach (var steps in (int[])[1, 2, 7])
                {
                    using var scope = NewDisposeScope();
                    Approximately.Equal(full_like(noise, 0.25), Family.Make(name, steps).Sample(new GaussianDenoiser(0.25, 0, path, prediction), noise), 1e-9);
                }
        }
    }

    [Theory, MemberData(nameof(Samplers))]
    public void Twenty_steps_find_the_distribution(string name)
    {
        if (name == "consistency") return;                                          // it is for models that know the end of the flow, and this one does not
        foreach (INoiseSchedule path in (INoiseSchedule[])[new RectifiedFlow(), DiscreteSchedule.ScaledLinear()])
        {
            var (mean, std) = Family.Moments(noise => With(Family.Make(name, 20), noise), path, Prediction.V);
            Assert.Equal(Family.Mean, mean, 0.03);
            Assert.Equal(Family.Std, std, 0.1);                                     // ancestral sampling lacks the most
        }
    }

    [Theory, MemberData(nameof(Samplers))]
    public void A_run_leaves_nothing_behind_whether_it_ends_or_is_left(string name)
    {
        using var noise = randn(2, 1, 4, 4);
        var denoiser = new GaussianDenoiser(0.5, 0.3);
        foreach (var step in Family.Make(name, 6).Steps(denoiser, noise)) Assert.Equal(noise.shape, step.Sample.shape);
        var before = LiveTensors;
        var peaks = new List<long>();
        for (var run = 0; run < 3; run++)
        {
            foreach (var step in Family.Make(name, 12).Steps(denoiser, noise))
                if (step.Index >= 4) peaks.Add(LiveTensors);
            Assert.Equal(before, LiveTensors);
            foreach (var step in Family.Make(name, 12).Steps(denoiser, noise))
                if (step.Index == 5) break;
            Assert.Equal(before, LiveTensors);
        }
        Assert.InRange(peaks.Max() - before, 1, 12);                                 // state, sample, preview, what is watched, and a history of at most 4
    }

    [Theory, MemberData(nameof(Samplers))]
    public void At_least_one_step_is_needed(string name) =>
        Assert.Equal("steps", Assert.Throws<ArgumentOutOfRangeException>(() => Family.Make(name, 0)).ParamName);

    private static Sampler With(Sampler sampler, INoiseSource noise) => sampler switch
    {
        DdimSampler ddim => new DdimSampler(20, ddim.Eta) { Noise = noise },
        DdpmSampler => new DdpmSampler(20) { Noise = noise },
        DpmSolver { Stochastic: true } => new DpmSolver(20) { Stochastic = true, Noise = noise },
        EdmSampler { Churn: > 0 } edm => new EdmSampler(20, edm.Churn) { Noise = noise },
        _ => sampler,
    };

    private static long LiveTensors => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}
