using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>A transposed convolution of [B, C, H, W].</summary>
public sealed class ConvTranspose2d : ConvolutionTranspose
{
    internal ConvTranspose2d(long in_channels, long out_channels, long[] kernel_size, long[] stride, long[] padding, long[] output_padding, long[] dilation,
        PaddingModes padding_mode, long groups, bool bias, Device? device, ScalarType? dtype)
        : base(nameof(ConvTranspose2d), in_channels, out_channels, kernel_size, stride, padding, null, dilation, transposed: true, output_padding, groups,
            bias, padding_mode, device, dtype)
    { }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, long[]? output_size)
    {
        var extra = _output_padding(input, output_size, kernel_size, stride, padding!, dilation, 2);
        return functional.conv_transpose2d(input, weight, bias, stride, padding, extra, dilation, groups);
    }
}
