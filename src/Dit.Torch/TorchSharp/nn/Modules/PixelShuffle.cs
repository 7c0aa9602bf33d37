using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Rearranges channels into pixels.</summary>
public sealed class PixelShuffle : ParameterLessModule<Tensor, Tensor>
{
    internal PixelShuffle(long upscale_factor) : base(nameof(PixelShuffle)) => this.upscale_factor = upscale_factor;

    /// <summary>r.</summary>
    public long upscale_factor { get; set; }

    /// <summary>[B, C r^2, H, W] to [B, C, H r, W r].</summary>
    /// <param name="input">The input.</param>
    public override Tensor forward(Tensor input) => functional.pixel_shuffle(input, upscale_factor);
}

/// <summary>Rearranges pixels into channels.</summary>
public sealed class PixelUnshuffle : ParameterLessModule<Tensor, Tensor>
{
    internal PixelUnshuffle(long downscale_factor) : base(nameof(PixelUnshuffle)) => this.downscale_factor = downscale_factor;

    /// <summary>r.</summary>
    public long downscale_factor { get; set; }

    /// <summary>[B, C, H r, W r] to [B, C r^2, H, W].</summary>
    /// <param name="input">The input.</param>
    public override Tensor forward(Tensor input) => functional.pixel_unshuffle(input, downscale_factor);
}
