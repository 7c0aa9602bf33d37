using static Dit.Core.Tests.Autoencoders;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class IdentityCodecTests
{
    [Fact]
    public void Latents_are_copies_of_the_images()
    {
        var codec = new IdentityCodec(2);
        using var scope = NewDisposeScope();
        var x = randn(3, 2, 5, 7).requires_grad_();
        var z = codec.Encode(x);
        Assert.True(z.Equals(x));
        Assert.True(codec.Decode(z).Equals(x));
        Assert.False(z.requires_grad);
        z.zero_();
        Assert.NotEqual(0, x.abs().max().item<float>());
        Assert.IsAssignableFrom<ILatentCodec>(codec);
        Assert.Equal((2, 1), (codec.LatentChannels, codec.DownsamplingFactor));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var codec = new IdentityCodec();
        using var scope = NewDisposeScope();
        Refuses("images", () => codec.Encode(zeros(1, 1, 4, 4)), "[1, 1, 4, 4]", "[B, 3, H, W]", "IdentityCodec.LatentChannels = 3");
        Refuses("latents", () => codec.Decode(zeros(3, 4, 4)), "[3, 4, 4]");
        Refuses("images", () => codec.Encode(zeros(1, 3, 4, 4, uint8)), "Byte");
        Assert.Throws<ArgumentNullException>("images", () => codec.Encode(null!));
        Assert.Throws<ArgumentOutOfRangeException>("channels", () => new IdentityCodec(0));
    }
}
