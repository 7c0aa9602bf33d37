using Dit.Core;
using Dit.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Samplers;

/// <summary>The user's loop holds one scope and collects no garbage; neither tensors nor native bytes may pile up.</summary>
public class SamplingMemoryTests
{
    [Fact]
    public void Guided_runs_of_a_real_model_leave_as_much_as_they_found()
    {
        using var model = new DitModel(new DitConfig { ImageSize = 8, PatchSize = 2, Channels = 1, Width = 32, Depth = 2, Heads = 2, Classes = 10 });
        using var labels = arange(4, ScalarType.Int64);
        using var noise = randn(4, 1, 8, 8);
        var denoiser = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps()).Denoiser(model, labels).Guided(2);

        Run();                                                                      // whatever the engine sets up once
        var (tensors, bytes) = (LiveTensors, Engine.Memory().LiveBytes);
        for (var run = 0; run < 3; run++)
        {
            Run();
            Assert.Equal(tensors, LiveTensors);
            Assert.InRange(Engine.Memory().LiveBytes, 0, bytes);                    // finalizers of other tests may lower it
        }

        void Run()
        {
            using var scope = NewDisposeScope();
            new HeunSampler(5).Sample(denoiser, noise);
            foreach (var step in new EulerSampler(5).Steps(denoiser, noise)) Assert.Equal(noise.shape, step.PredictedClean.shape);
        }
    }

    [Theory, MemberData(nameof(EverySampler.Names), MemberType = typeof(EverySampler))]
    public void No_method_needs_more_for_more_steps(string name)
    {
        using var model = new DitModel(new DitConfig { ImageSize = 8, PatchSize = 2, Channels = 1, Width = 32, Depth = 1, Heads = 2, Classes = 10 });
        using var labels = arange(4, ScalarType.Int64);
        using var noise = randn(4, 1, 8, 8);
        var denoiser = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps()).Denoiser(model, labels).Guided(2);
        Peak(8);
        Assert.InRange(Peak(64), 0, Peak(8) + 4096);                                // a state is 1 KB: 56 more steps that kept theirs would be 56 KB

        long Peak(int steps)
        {
            Engine.ResetPeakMemory();
            var start = Engine.Memory().LiveBytes;
            EverySampler.Make(name, steps).Sample(denoiser, noise).Dispose();
            return Engine.Memory().PeakBytes - start;
        }
    }

    private static long LiveTensors => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}
