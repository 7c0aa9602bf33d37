using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>A convolution of [B, C, H, W].</summary>
public sealed class Conv2d : Convolution
{
    internal Conv2d(long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, Padding? padding_type, long[] dilation,
        PaddingModes padding_mode, long groups, bool bias, Device? device, ScalarType? dtype)
        : base(nameof(Conv2d), in_channels, out_channels, kernel_size, stride, padding, padding_type, dilation, transposed: false, new long[2], groups, bias,
            padding_mode, device, dtype)
    { }

    /// <summary>[B, in, H, W] to [B, out, ...].</summary>
    /// <param name="input">The input.</param>
    public override Tensor forward(Tensor input)
    {
        var (x, margins, type) = Pad(input);
        return type is { } effect
            ? functional.conv2d_padding(x, weight, bias, stride, effect, dilation, groups)
            : functional.conv2d(x, weight, bias, stride, margins, dilation, groups);
    }
}
