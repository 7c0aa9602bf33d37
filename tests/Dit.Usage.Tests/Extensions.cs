using Dit.Data;
using Dit.Diffusion;
using static TorchSharp.torch;

namespace Dit.Usage.Tests;

// readme: extend
internal sealed class NoisyTimesteps : ITimestepSampler           // noisy times more often: t = sqrt(u)
{
    public Tensor Sample(long count, Device device, Generator? generator = null) => rand([count], device: device, generator: generator).sqrt();
}

internal sealed class OneStepSampler : ISampler                   // straight from the noise to what the model expects behind it
{
    public IEnumerable<SamplerStep> Steps(Denoiser denoiser, Tensor noise)
    {
        var clean = denoiser.Clean(noise, t: 1.0);
        yield return new SamplerStep(index: 0, count: 1, time: 0.0, sample: clean, predictedClean: clean);
    }
}

internal sealed class MyImages(string[] files) : IImageDataset    // any source of pixels and labels
{
    public int Count => files.Length;

    public LabeledImage Read(int index) => new(PixelImage.Load(files[index], channels: 1), Label: index % 10);
}
// readme: end
