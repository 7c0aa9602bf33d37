using Dit.Core;
using Dit.Core.Tests;
using Dit.Diffusion;
using Dit.Diffusion.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Cuda.Tests;

public sealed class SamplerTests
{
    public static TheoryData<string> Names => EverySampler.Names;

    /// <summary>All but the one that looks at its error after every step.</summary>
    public static TheoryData<string> Unwatched => [.. EverySampler.Of(typeof(ISampler)).Where(name => name != nameof(AdaptiveSampler))];

    /// <summary>The same images as on the processor, with guidance, from noise that is drawn image by image.</summary>
    [CudaTheory, MemberData(nameof(Names))]
    public void Samples_are_those_of_the_processor(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Models.Random(Models.Tiny);
        var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps());
        var noise = new SeededNoise([1, 2, 3]);
        var start = noise.Initial(1, 8, 8);
        var images = new[] { CPU, CUDA }.Select(device =>
        {
            using var labels = tensor(new long[] { 1, 1, 2 }).to(device);
            var denoiser = objective.Denoiser(model.to(device), labels).Guided(2);
            var sample = EverySampler.Make(name, 6, noise).Sample(denoiser, start.to(device));
            Assert.Equal(device.type, sample.device.type);
            return sample.cpu();
        }).ToArray();
        var error = (images[0] - images[1]).abs().max().item<float>() / images[0].abs().max().item<float>();
        var bound = name == nameof(AdaptiveSampler) ? 2e-2 : 1e-3;                // a step that is just refused on one device may be taken on the other
        Assert.True(error < bound, $"off by {error} of the largest value");
    }

    /// <summary>The processor hands out all steps without waiting for the first: more steps are no more waits.</summary>
    [CudaTheory(countsWaits: true), MemberData(nameof(Unwatched))]
    public void Steps_do_not_wait_for_the_device(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Models.Random(Models.Tiny).to(CUDA);
        var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps());
        using var labels = tensor(new long[] { 1, 1, 2 }).to(CUDA);
        var noise = randn([3, 1, 8, 8], device: CUDA);
        long Waits(int steps, Denoiser denoiser)
        {
            var before = CudaDevice.Waits;
            EverySampler.Make(name, steps).Sample(denoiser, noise);
            return CudaDevice.Waits - before;
        }

        foreach (var denoiser in new Denoiser[] { objective.Denoiser(model, labels).Guided(2), objective.Denoiser(model), objective.Denoiser(model, labels).Clipped() })
        {
            Waits(4, denoiser);
            Assert.Equal(Waits(4, denoiser), Waits(8, denoiser));
        }
    }

    [CudaFact]
    public void Cached_blocks_are_those_of_the_processor()
    {
        using var scope = NewDisposeScope();
        using var model = Models.Random(Models.Tiny with { Depth = 4 });
        var objective = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps());
        var start = new SeededNoise([1, 2, 3]).Initial(1, 8, 8);
        var images = new[] { CPU, CUDA }.Select(device =>
        {
            using var cache = new BlockCache { Threshold = 0.3 };
            using var labels = tensor(new long[] { 1, 1, 2 }).to(device);
            return new EulerSampler(8).Sample(objective.Denoiser(model.to(device), labels).Cached(cache), start.to(device)).cpu();
        }).ToArray();
        Assert.True(images[0].allclose(images[1], 1e-3, 1e-3));
    }
}
