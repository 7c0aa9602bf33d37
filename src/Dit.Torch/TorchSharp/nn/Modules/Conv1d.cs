using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>A convolution of [B, C, L].</summary>
public sealed class Conv1d : Convolution
{
    internal Conv1d(long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, Padding? padding_type, long[] dilation,
        PaddingModes padding_mode, long groups, bool bias, Device? device, ScalarType? dtype)
        : base(nameof(Conv1d), in_channels, out_channels, kernel_size, stride, padding, padding_type, dilation, transposed: false, new long[1], groups, bias,
            padding_mode, device, dtype)
    { }

    /// <summary>[B, in, L] to [B, out, ...].</summary>
    /// <param name="input">The input.</param>
    public override Tensor forward(Tensor input)
    {
        var (x, margins, type) = Pad(input);
        return type is { } effect
            ? functional.conv1d_padding(x, weight, bias, stride[0], effect, dilation[0], groups)
            : functional.conv1d(x, weight, bias, stride[0], margins![0], dilation[0], groups);
    }
}
