using Dit.Core.Tests;
using Dit.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Cuda.Tests;

public sealed class AutoencoderTests
{
    [CudaFact]
    public void Latents_and_images_are_those_of_the_processor()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var codec = Autoencoders.Random(Autoencoders.Tiny);
        var images = rand([2, 3, 16, 16]).mul(2).sub(1);
        var (mode, decoded) = (codec.EncodeDistribution(images).Mode(), codec.Decode(codec.EncodeDistribution(images).Mode()));
        codec.to(CUDA);
        using var moments = codec.EncodeDistribution(images.to(CUDA));
        using var generator = new Generator(1, CUDA);
        Assert.Equal(DeviceType.CUDA, codec.Encode(images.to(CUDA), generator).device.type);
        Assert.True(moments.Mode().cpu().allclose(mode, 1e-3, 1e-4));
        Assert.True(codec.Decode(moments.Mode()).cpu().allclose(decoded, 1e-3, 1e-3));
    }

    [CudaTheory, InlineData(Precision.BFloat16), InlineData(Precision.Float16)]
    public void Mixed_precision_is_near(Precision precision)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var codec = Autoencoders.Random(Autoencoders.Tiny).to(CUDA);
        var latents = codec.EncodeDistribution(rand([2, 3, 16, 16]).to(CUDA)).Mode();
        var exact = codec.Decode(latents);
        using var cast = Autocast.For(precision, CUDA);
        Assert.True((codec.Decode(latents).to(float32) - exact).abs().max().item<float>() < 0.1f * exact.abs().max().item<float>());
    }
}
